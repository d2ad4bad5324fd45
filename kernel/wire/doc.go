// Package wire holds the messages of the Jupyter protocol, version 5.4, as Go
// types, and turns them into signed multipart frames and back.
//
// It knows nothing of sockets and nothing of the language behind the kernel.
// A message type is a Go type, so that a misspelt type or field does not
// compile; the one table that maps the names of types to contents is contents
// in table.go, and a test proves it whole. The protocol is described at
// https://jupyter-client.readthedocs.io/en/stable/messaging.html.
package wire
