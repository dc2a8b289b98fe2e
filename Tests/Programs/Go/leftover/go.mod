module leftover

go 1.23
