module belay.example/lab

go 1.23
