package lang

// Grammar is the grammar as the parser prints it, for the test of the docs.
var Grammar = grammar.String()
