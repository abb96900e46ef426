module reply-go

go 1.19
