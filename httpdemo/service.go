package httpdemo

import (
	"crypto/tls"
	"net/http"

	"statelab/capture/trace"
)

// Service is a server of a lesson that is running.
type Service struct {
	env     *Env
	machine *Machine
	server  *http.Server
	served  chan error
	// tls, if set, is what the service speaks TLS with.
	tls   *tls.Config
	ended bool
}

// Serve starts a server on a party's machine, behind the strict reader.
func (e *Env) Serve(p trace.Participant, h http.Handler) (*Service, error) {
	return e.serve(&Service{env: e, machine: e.Machine(p)}, h)
}

// ServeTLS is Serve, over TLS. Its randomness is the system's: a trace of it is
// another one each time.
func (e *Env) ServeTLS(p trace.Participant, h http.Handler, c *tls.Config) (*Service, error) {
	return e.serve(&Service{env: e, machine: e.Machine(p), tls: c}, h)
}

func (e *Env) serve(s *Service, h http.Handler) (*Service, error) {
	l, err := s.machine.Listen()
	if err != nil {
		return nil, err
	}
	s.server = NewServer(e.followed(s.machine.Party, h), Limits{}, nil)
	if s.tls != nil {
		l = Secure(l, s.tls)
	}
	l = Strict(l, s.server, DefaultReadTimeout, DefaultHeader)
	s.served = make(chan error, 1)
	e.Go(func() { s.served <- s.server.Serve(l) })
	e.serving = append(e.serving, s.Close)
	return s, nil
}

// followed serves requests, and looks after each at what those remember who had a part in it:
// the answer is still to be sent.
func (e *Env) followed(p trace.Participant, h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			e.memories.touch(p)
			for _, who := range e.memories.take() {
				e.look(who)
			}
		}()
		h.ServeHTTP(w, r)
	})
}

// Close stops the service when what is still on the wire has arrived. Its
// connections are closed. One that has ended stays so.
func (s *Service) Close() {
	if s.ended {
		return
	}
	s.env.Sleep(settling)
	s.stop()
}

func (s *Service) stop() {
	s.ended = true
	_ = s.server.Close() // listening sockets whose machine has lost its power are closed already
}

// Crash takes the machine's power away, and with it all that the service and its
// TCP remembered in memory: nobody
// follows its application any more.
func (s *Service) Crash() error {
	p := s.machine.Party
	s.env.lose(p) // before its handlers, in whose connections nothing comes any more, end
	err := s.machine.Restart()
	s.stop()
	s.env.look(p)
	return err
}
