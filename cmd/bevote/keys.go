package main

import (
	"bufio"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"bevote/internal/home"

	"github.com/spf13/cobra"
)

func newKeys(c *console) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "keys",
		Short: "make and check the keys of a role",
		Long:  helpText("keys"),
		Example: "  bevote keys new --role candidate -o ada\n" +
			"  bevote keys check ada",
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return usage("keys takes new, show or check") },
	}
	cmd.AddCommand(newKeysNew(c), newKeysShow(c), newKeysCheck(c))
	return cmd
}

// keysOptions are the flags of the commands of keys.
type keysOptions struct {
	role, out      string
	passphraseFile string
	noPassphrase   bool
	restore        bool
	public         publicOptions
}

// publicOptions are what public lines say beside the keys.
type publicOptions struct{ name, pay string }

func (o *publicOptions) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.name, "name", "NAME", "the name in the policy's line")
	cmd.Flags().StringVar(&o.pay, "pay", "ADDRESS", "of a candidate: where the stakes go")
}

func newKeysNew(c *console) *cobra.Command {
	var o keysOptions
	cmd := &cobra.Command{
		Use:   "new --role ROLE -o HOME",
		Short: "draw the secret of one role in one election",
		Long:  helpText("keys_new"),
		Example: "  bevote keys new --role candidate --name ada --pay bc1q… -o ada\n" +
			"  bevote keys new --role server --no-passphrase -o board",
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return c.keysNew(o) },
	}
	cmd.Flags().StringVar(&o.role, "role", "", "one of "+strings.Join(home.Roles(), ", "))
	cmd.Flags().StringVarP(&o.out, "output", "o", "", "the home to make, a new directory")
	cmd.Flags().StringVar(&o.passphraseFile, "passphrase-file", "", "read the passphrase from the first line of this file")
	cmd.Flags().BoolVar(&o.noPassphrase, "no-passphrase", false, "leave the secret readable to whoever can read the disk, for services")
	cmd.Flags().BoolVar(&o.restore, "restore", false, "read the backup from standard input instead of drawing")
	o.public.flags(cmd)
	return cmd
}

func (c *console) keysNew(o keysOptions) error {
	switch {
	case o.out == "":
		return usage("keys new needs -o HOME")
	case !slices.Contains(home.Roles(), o.role):
		return usage("keys new needs --role, one of %s", strings.Join(home.Roles(), ", "))
	case o.noPassphrase && o.passphraseFile != "":
		return usage("--no-passphrase and --passphrase-file")
	}
	passphrase, err := "", error(nil)
	if !o.noPassphrase {
		if passphrase, err = c.newPassphrase(o.passphraseFile); err != nil {
			return err
		}
	}
	key, err := c.drawOrRestore(o)
	if err != nil {
		return err
	}
	h, err := home.Create(o.out)
	if err != nil {
		return cannotWrite(err)
	}
	defer h.Close()
	if err := h.WriteKey(key, passphrase); err != nil {
		return cannotWrite(err)
	}
	if o.noPassphrase {
		c.printf("%s has no passphrase: whoever can read the disk can act as this %s", h.Path(home.PlainKeyFile), o.role)
	}
	if !o.restore {
		c.printf("Write this down and keep it apart from this computer. It is not shown again:\n\n    %s\n", inFours(key.Backup()))
		c.printf("Then try it: bevote keys check %s", o.out)
	}
	return c.printPublic(h, o.public)
}

// drawOrRestore draws a key, or reads its backup.
func (c *console) drawOrRestore(o keysOptions) (home.Key, error) {
	if !o.restore {
		key, err := home.NewKey(home.Role(o.role), rand.Reader)
		if err != nil {
			return key, bug(err)
		}
		return key, nil
	}
	key, err := c.readBackup()
	if err == nil && string(key.Role) != o.role {
		err = usage("the backup is of a %s, --role says %s", key.Role, o.role)
	}
	return key, err
}

// inFours puts spaces into a long word, to be copied by hand.
func inFours(word string) string {
	return strings.Join(slices.Collect(func(yield func(string) bool) {
		for part := range slices.Chunk([]byte(word), 4) {
			if !yield(string(part)) {
				return
			}
		}
	}), " ")
}

func newKeysShow(c *console) *cobra.Command {
	var o publicOptions
	cmd := &cobra.Command{
		Use:     "show HOME",
		Short:   "print the public lines of a home",
		Long:    helpText("keys_show"),
		Example: "  bevote keys show ada --name ada --pay bc1q…",
		Args:    oneArg("home"),
		RunE: func(_ *cobra.Command, args []string) error {
			h, err := openHome(args[0])
			if err != nil {
				return err
			}
			defer h.Close()
			return c.printPublic(h, o)
		},
	}
	o.flags(cmd)
	return cmd
}

// printPublic prints what a policy, or another party, is told of a home.
func (c *console) printPublic(h *home.Home, o publicOptions) error {
	role, keys, err := h.Public()
	if err != nil {
		return unreadable(shortPathError(err))
	}
	for _, p := range keys {
		key := "pub:" + p.Key.String()
		switch {
		case role == home.Supervisor:
			fmt.Fprintf(c.out, "supervisor %s\n", key)
		case role == home.Candidate:
			fmt.Fprintf(c.out, "candidate %s { key %s pay addr:%s }\n", o.name, key, o.pay)
		case role == home.Mixer:
			fmt.Fprintf(c.out, "mixer %s %s\n", o.name, key)
		case p.Purpose == "roll":
			fmt.Fprintf(c.out, "voter %s %s\n", o.name, key)
		default:
			fmt.Fprintf(c.out, "%s %s\n", p.Purpose, key)
		}
	}
	return nil
}

func newKeysCheck(c *console) *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use:     "check HOME",
		Short:   "prove that a backup restores a home's keys",
		Long:    helpText("keys_check"),
		Example: "  bevote keys check ada",
		Args:    oneArg("home"),
		RunE:    func(_ *cobra.Command, args []string) error { return c.keysCheck(args[0], file) },
	}
	cmd.Flags().StringVar(&file, "passphrase-file", "", "read the passphrase from the first line of this file")
	return cmd
}

func (c *console) keysCheck(dir, passphraseFile string) error {
	h, err := openHome(dir)
	if err != nil {
		return err
	}
	defer h.Close()
	role, want, err := h.Public()
	if err != nil {
		return unreadable(shortPathError(err))
	}
	backup, err := c.readBackup()
	if err != nil {
		return err
	}
	if backup.Role != role || !slices.Equal(backup.Public(), want) {
		return &exitError{codeNo, fmt.Errorf("this backup does not restore %s: it gives other public keys", dir)}
	}
	key, err := c.readKey(h, passphraseFile)
	if err != nil {
		return err
	}
	if key != backup {
		return &exitError{codeNo, fmt.Errorf("%s does not hold the secret of its public keys; restore it from the backup", dir)}
	}
	fmt.Fprintf(c.out, "ok: the backup restores the keys of this %s, and the passphrase opens them\n", role)
	return nil
}

// openHome opens a home for a command.
func openHome(dir string) (*home.Home, error) {
	h, err := home.Open(dir)
	if err != nil {
		return nil, unreadable(shortPathError(err))
	}
	return h, nil
}

// readKey reads a home's key, and asks for the passphrase if there is one.
func (c *console) readKey(h *home.Home, passphraseFile string) (home.Key, error) {
	key, err := h.ReadKey(func() (string, error) {
		if passphraseFile != "" {
			return firstLine(passphraseFile)
		}
		return c.askHidden("passphrase: ")
	})
	if errors.Is(err, home.ErrPassphrase) {
		return key, &exitError{codeNo, err}
	}
	var e *exitError
	if err != nil && !errors.As(err, &e) {
		err = unreadable(shortPathError(err))
	}
	return key, err
}

// newPassphrase reads a new passphrase from a file, or twice from the terminal.
func (c *console) newPassphrase(file string) (string, error) {
	if file != "" {
		return firstLine(file)
	}
	word, err := c.askHidden("new passphrase: ")
	if err != nil {
		return "", err
	}
	again, err := c.askHidden("once more: ")
	if err == nil && again != word {
		err = usage("the two passphrases differ")
	}
	return word, err
}

// firstLine returns the first line of a file.
func firstLine(name string) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", unreadable(shortPathError(err))
	}
	defer f.Close()
	return readLine(f)
}

// readBackup reads a backup from standard input.
func (c *console) readBackup() (home.Key, error) {
	c.printf("type the backup:")
	line, err := readLine(c.in)
	if err != nil {
		return home.Key{}, err
	}
	key, err := home.ParseBackup(line)
	if err != nil {
		return key, unreadable(err)
	}
	return key, nil
}

// readLine reads a line of at most a kilobyte, without its end.
func readLine(r io.Reader) (string, error) {
	line, err := bufio.NewReader(io.LimitReader(r, 1<<10)).ReadString('\n')
	if err != nil && err != io.EOF {
		return "", unreadable(shortPathError(err))
	}
	return strings.TrimRight(line, "\r\n"), nil
}
