module example.com/belay/examples

go 1.24
