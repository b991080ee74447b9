package roles

// What the tests of this package look into.
var (
	Fits         = fits
	TranscriptOf = transcriptOf
)
