// Compresses standard input to standard output with Go's compress/gzip at its default level, as registries written in Go do.
package main

import (
	"compress/gzip"
	"io"
	"log"
	"os"
)

func main() {
	writer := gzip.NewWriter(os.Stdout)
	if _, err := io.CopyBuffer(struct{ io.Writer }{writer}, struct{ io.Reader }{os.Stdin}, make([]byte, 1<<20)); err != nil {
		log.Fatal(err)
	}
	if err := writer.Close(); err != nil {
		log.Fatal(err)
	}
}
