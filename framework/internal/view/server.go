// Package view serves the page of a sweep to the browsers of this machine while the
// sweep runs: the report, and above it what happens now, with curves that grow and
// the brake of the run.
//
// Whoever knows the address that assay prints may look. Its token becomes a cookie at
// the first visit and leaves the address; a request without it, from the page of
// another origin, or under a name that is not this machine's (DNS rebinding), is
// refused. The server only looks: a run goes on whatever becomes of it.
package view

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"html/template"
	"net"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/assaylab/assay/framework/internal/control"
)

// Server serves the pages of some sweeps.
type Server struct {
	sweeps []*served
	token  string
	hosts  []string
	http   http.Server
	cancel context.CancelFunc
	done   sync.WaitGroup
}

// served is a sweep with what is known of it.
type served struct {
	Sweep
	board *board

	mu   sync.Mutex // one page is made at a time
	page []byte
	made time.Time
}

// fresh is for how long a page that was made is good enough for the next browser.
const fresh = 2 * time.Second

// Serve follows the sweeps and serves their pages on a listener of this machine.
func Serve(listener net.Listener, sweeps []Sweep) *Server {
	key := make([]byte, 16)
	rand.Read(key) // never fails
	port := listener.Addr().(*net.TCPAddr).Port
	ctx, cancel := context.WithCancel(context.Background())
	s := &Server{token: hex.EncodeToString(key), cancel: cancel}
	for _, name := range []string{"127.0.0.1", "localhost"} {
		s.hosts = append(s.hosts, net.JoinHostPort(name, strconv.Itoa(port)))
	}
	for _, one := range sweeps {
		v := &served{Sweep: one, board: newBoard(one.Name)}
		s.sweeps = append(s.sweeps, v)
		s.done.Go(func() { follow(ctx, v.Sweep, v.board) })
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.index)
	mux.HandleFunc("GET /{sweep}/{$}", s.of(s.show))
	mux.HandleFunc("GET /{sweep}/events", s.of(s.events))
	mux.HandleFunc("POST /{sweep}/drain", s.of(s.brake((*control.Client).Drain)))
	mux.HandleFunc("POST /{sweep}/stop", s.of(s.brake((*control.Client).Stop)))
	s.http = http.Server{Handler: s.guard(mux), ReadHeaderTimeout: 10 * time.Second, BaseContext: func(net.Listener) context.Context { return ctx }}
	s.done.Go(func() { s.http.Serve(listener) })
	return s
}

// Address is what a browser is given: it holds the token.
func (s *Server) Address() string { return fmt.Sprintf("http://%s/?token=%s", s.hosts[0], s.token) }

// Close ends the server and lets all browsers go.
func (s *Server) Close() error {
	s.cancel()
	err := s.http.Close()
	s.done.Wait()
	return err
}

const cookie = "assay-view"

// guard lets nobody in who was not told the address.
func (s *Server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Content-Security-Policy", "frame-ancestors 'none'") // beside that of the page
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		origin := r.Header.Get("Origin")
		switch {
		case !slices.Contains(s.hosts, r.Host):
			http.Error(w, "this server answers to its own address alone", http.StatusMisdirectedRequest)
			return
		case origin != "" && origin != "http://"+r.Host, origin == "" && r.Method != http.MethodGet:
			http.Error(w, "the request comes from another page", http.StatusForbidden)
			return
		}
		if given := r.URL.Query().Get("token"); given != "" && r.Method == http.MethodGet {
			if !s.right(given) {
				http.Error(w, "the token is a wrong one: open the address that assay view printed", http.StatusForbidden)
				return
			}
			http.SetCookie(w, &http.Cookie{Name: s.cookie(), Value: given, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode})
			http.Redirect(w, r, r.URL.Path, http.StatusSeeOther)
			return
		}
		if c, err := r.Cookie(s.cookie()); err != nil || !s.right(c.Value) {
			http.Error(w, "open the address that assay view printed: it holds a token", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// cookie has a name of this server's own: cookies know hosts, not ports, and two
// servers of one machine would take each other's.
func (s *Server) cookie() string {
	_, port, _ := net.SplitHostPort(s.hosts[0])
	return cookie + "-" + port
}

func (s *Server) right(token string) bool {
	return subtle.ConstantTimeCompare([]byte(token), []byte(s.token)) == 1
}

func (s *Server) of(f func(http.ResponseWriter, *http.Request, *served)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		i, err := strconv.Atoi(r.PathValue("sweep"))
		if err != nil || i < 0 || i >= len(s.sweeps) {
			http.NotFound(w, r)
			return
		}
		f(w, r, s.sweeps[i])
	}
}

var list = template.Must(template.New("index").Parse(`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'">
<title>assay: sweeps</title><link rel="icon" href="data:,"><meta http-equiv="refresh" content="5">
<style>:root { color-scheme: light dark } body { font: 15px/1.5 system-ui, sans-serif; max-width: 50rem; margin: 0 auto; padding: 1rem; overflow-wrap: anywhere }</style></head>
<body><h1>Sweeps</h1><ul>
{{range $i, $s := .}}<li><a href="/{{$i}}/">{{.Sweep}}</a>: {{.Done}} of {{.Total}} trials, {{.Failed}} failed{{if .Stage}}, {{.Stage}}{{end}}{{if .Note}} ({{.Note}}){{end}}</li>
{{end}}</ul></body></html>
`))

func (s *Server) index(w http.ResponseWriter, r *http.Request) {
	if len(s.sweeps) == 1 {
		http.Redirect(w, r, "/0/", http.StatusSeeOther)
		return
	}
	var states []State
	for _, v := range s.sweeps {
		v.board.mu.Lock()
		states = append(states, v.board.state)
		v.board.mu.Unlock()
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_ = list.Execute(w, states) // the browser may have gone
}

func (s *Server) show(w http.ResponseWriter, r *http.Request, v *served) {
	v.mu.Lock()
	if time.Since(v.made) > fresh {
		page, err := v.Page(r.Context())
		if err != nil {
			v.mu.Unlock()
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		v.page, v.made = page, time.Now()
	}
	page := v.page
	v.mu.Unlock()
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(page)
}

// events is a stream of server-sent events, one message each.
func (s *Server) events(w http.ResponseWriter, r *http.Request, v *served) {
	messages, leave := v.board.look()
	defer leave()
	w.Header().Set("Content-Type", "text/event-stream")
	flush := http.NewResponseController(w)
	beat := time.NewTicker(15 * time.Second) // notices browsers that have gone
	defer beat.Stop()
	for {
		var err error
		select {
		case text, open := <-messages:
			if !open {
				return
			}
			_, err = fmt.Fprintf(w, "data: %s\n\n", text)
		case <-beat.C:
			_, err = fmt.Fprint(w, ": here\n\n")
		case <-r.Context().Done():
			return
		}
		if errors.Join(err, flush.Flush()) != nil {
			return
		}
	}
}

func (s *Server) brake(how func(*control.Client, context.Context) error) func(http.ResponseWriter, *http.Request, *served) {
	return func(w http.ResponseWriter, r *http.Request, v *served) {
		if err := v.board.brake(r.Context(), how); err != nil {
			http.Error(w, err.Error(), http.StatusConflict)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}
}
