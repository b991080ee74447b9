package verifier_test

import (
	"context"
	"fmt"
	"log"

	"bevote/verifier"
	"bevote/verifier/evidence/chainfile"
	"bevote/verifier/record"
)

func ExampleAudit() {
	rec, err := record.Open("../examples/records/club_chair") // or a zip
	if err != nil {
		log.Fatal(err)
	}
	defer rec.Close()
	report, err := verifier.Audit(context.Background(), rec, chainfile.FromRecord(rec), verifier.Options{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(report.Level, report.Verdict)
	// Output: L3 alice won: 3 ballots of 4 votes, the threshold is 3
}
