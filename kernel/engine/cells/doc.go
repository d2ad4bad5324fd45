// Package cells is the front end of the engine: it reads a notebook cell as Go
// written at a prompt, type-checks it against everything the notebook has
// defined so far, and rewrites it into a package that the compiler takes.
//
// It runs in the supervisor and starts no process. A Session holds the
// notebook's names and types. Check reads one cell and changes nothing; Commit
// makes what the cell defined known to later cells. Because a checked Cell also
// holds the state it would leave, cells that wait in a queue can be checked
// ahead, each after the one before.
package cells
