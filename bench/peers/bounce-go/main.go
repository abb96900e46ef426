// A peer of bench/bounce.sh: go-sisimai reads a mailbox or a Maildir and writes what it found as JSON.
package main

import (
	"fmt"
	"os"

	"libsisimai.org/sisimai"
)

func main() {
	args := sisimai.Args()
	args.Delivered = true
	found, _ := sisimai.Rise(os.Args[1], args)
	for i := range *found {
		if text, err := (*found)[i].Dump(); err == nil {
			fmt.Println(text)
		}
	}
}
