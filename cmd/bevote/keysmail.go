package main

import (
	"fmt"

	"bevote/internal/home"
	"bevote/internal/mail"
	"bevote/lang"

	"github.com/spf13/cobra"
)

func newKeysMail(c *console) *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use:     "mail HOME POLICY",
		Short:   "print the address that mail to the supervisor is sealed to",
		Long:    helpText("keys_mail"),
		Example: "  bevote keys mail sup club.bev > board/mail.json",
		Args:    cobra.ExactArgs(2),
		RunE:    func(_ *cobra.Command, args []string) error { return c.keysMail(args[0], args[1], file) },
	}
	cmd.Flags().StringVar(&file, "passphrase-file", "", "read the passphrase from the first line of this file")
	return cmd
}

func (c *console) keysMail(dir, policyFile, passphraseFile string) error {
	text, err := c.read(policyFile)
	if err != nil {
		return err
	}
	policy, _ := lang.Load(text)
	if policy == nil {
		return unreadable(fmt.Errorf("%s: not a policy; see bevote check", policyFile))
	}
	h, err := openHome(dir)
	if err != nil {
		return err
	}
	defer h.Close()
	key, err := c.readKey(h, passphraseFile)
	if err != nil {
		return err
	}
	if key.Role != home.Supervisor || key.Public()[0].Key != policy.Supervisor {
		return &exitError{codeNo, fmt.Errorf("%s is not the home of the supervisor of %s", dir, policyFile)}
	}
	a, err := mail.NewAddress(policy.EID(), key.Seed.Key("supervisor"), key.Seed.Key("mail"))
	if err != nil {
		return bug(err)
	}
	c.out.Write(a.Encode())
	return nil
}
