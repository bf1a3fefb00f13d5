package httpdemo

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path"
	"strings"
	"time"

	_ "modernc.org/sqlite" // the driver

	"statelab/httpdemo/token"
)

// The verifiers here are DELIBERATELY INSECURE. They exist where
// Services.Attackable says so, and nowhere else.

// naiveVerify returns a naive verifier: whom it takes the bearer of a token for.
func (a *tokenAttackApp) naiveVerify(kind string) (func(string) (user string, err error), bool) {
	v := token.NewInsecureNaiveVerifier(a.public)
	denied := func(string) bool { return false }
	switch kind {
	case naiveDecoding:
		return func(s string) (string, error) {
			d, err := token.Decode(s)
			return d.Subject(), err
		}, true
	case naiveTrusting:
	case naiveFiles:
		v.Find = naiveFile
	case naiveDatabase:
		v.Find = naiveQuery
	case naiveWeak:
		v.Find = func(string) ([]byte, error) { return []byte(a.weak), nil }
	case naiveDenying:
		denied = a.naiveDenied.Denied
	default:
		return nil, false
	}
	return func(s string) (string, error) {
		if denied(s) {
			return "", fmt.Errorf("%w: it was taken back", token.ErrInvalid)
		}
		c, err := v.Verify(s)
		return c.Subject, err
	}, true
}

// naivePath leads from the keys' directory to a file that is no key.
const naivePath = "../srv/assets/style.css"

// naiveFile looks into a disk that is not this machine's: it has one directory
// with keys, and one with what the server publishes.
func naiveFile(kid string) ([]byte, error) {
	if name, ok := strings.CutPrefix(path.Join("/keys", kid), "/srv/"); ok {
		return assets.ReadFile(name)
	}
	return nil, errors.New("there is no such key file")
}

// naiveQuery asks a real database, which has one table and lives for one query.
func naiveQuery(kid string) (secret []byte, err error) {
	if strings.Contains(kid, ";") || len(kid) > 100 { // one statement, so that nothing outside can be reached
		return nil, errors.New("the driver takes one short statement")
	}
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	db.SetMaxOpenConns(1)
	ctx, stop := context.WithTimeout(context.Background(), time.Second)
	defer stop()
	if _, err := db.ExecContext(ctx, `CREATE TABLE keys (kid TEXT PRIMARY KEY, secret BLOB); INSERT INTO keys VALUES ('2026-1', randomblob(32))`); err != nil {
		return nil, err
	}
	if err := db.QueryRowContext(ctx, "SELECT secret FROM keys WHERE kid = '"+kid+"'").Scan(&secret); err != nil {
		return nil, fmt.Errorf("no key: %w", err)
	}
	return secret, nil
}
