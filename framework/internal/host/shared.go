package host

// file is a file that is not another one of the same name.
type file struct{ device, inode uint64 }
