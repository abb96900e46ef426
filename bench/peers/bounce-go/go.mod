module bounce-go

go 1.20
