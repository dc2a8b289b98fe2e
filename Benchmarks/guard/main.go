// A database under load, through cgo: rows are written, read by key and by range, and updated, as a small server would. Prints the seconds that it took.
package main

import (
	"database/sql"
	"fmt"
	"log"
	"os"
	"strconv"
	"time"

	_ "github.com/mattn/go-sqlite3"
)

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

func main() {
	rounds := must(strconv.Atoi(os.Args[1]))
	db := must(sql.Open("sqlite3", ":memory:"))
	db.SetMaxOpenConns(1)
	must(db.Exec("create table session (id integer primary key, name text, seen integer)"))
	start := time.Now()
	for round := range rounds {
		must(db.Exec("insert into session values (?, ?, 0)", round, fmt.Sprintf("session number %d", round)))
		must(db.Exec("update session set seen = seen + 1 where id = ?", round/2))
		var name string
		if err := db.QueryRow("select name from session where id = ?", round/3).Scan(&name); err != nil {
			log.Fatal(err)
		}
		if round%100 != 0 {
			continue
		}
		rows := must(db.Query("select id, name from session order by seen desc limit 50"))
		for rows.Next() {
			var id int
			if err := rows.Scan(&id, &name); err != nil {
				log.Fatal(err)
			}
		}
		if err := rows.Close(); err != nil {
			log.Fatal(err)
		}
	}
	fmt.Println(time.Since(start).Seconds())
}
