package host

import "os/exec"

func killGroup(int) {}

func ownGroup(*exec.Cmd) {}
