// Package examples holds policies to read, to copy and to play.
//
// Every one passes `bevote check`. The keys in them are hashes read as points:
// nobody has their secrets, and whoever uses a policy in earnest replaces them.
package examples

import "embed"

// Files are the policies, NAME.bev.
//
//go:embed *.bev
var Files embed.FS
