package report

import "testing"

func TestRedact(t *testing.T) {
	r := &redactor{on: true, names: map[string]string{"ada": "user", "gpu-07": "node"}}
	for in, want := range map[string]string{
		"open /home/ada/data/x.npy: no such file": "open …/x.npy: no such file",
		`File "/usr/lib/python3/a.py", line 3`:    `File "…/a.py", line 3`,
		`C:\Users\ada\lab\fit.exe ended`:          "…/fit.exe ended",
		"ada ran on gpu-07; adapt, armada":        "user ran on node; adapt, armada",
		"probe/direction/accuracy 3/4":            "probe/direction/accuracy 3/4",
		"at ~/lab/x.py":                           "at …/x.py",
	} {
		if got := r.text(in); got != want {
			t.Errorf("%q becomes %q, not %q", in, got, want)
		}
	}
	r.on = false
	if s := "/home/ada/x on gpu-07"; r.text(s) != s {
		t.Error("what nobody asked to be redacted is")
	}
}
