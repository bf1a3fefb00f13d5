package bank_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"statelab/httpdemo/bank"
)

var founders = []bank.Account{{Name: "alice", Balance: 1000}, {Name: "bob", Balance: 500}, {Name: "carol", Balance: 0}}

func open(tb testing.TB, path string) *bank.Bank {
	tb.Helper()
	b, err := bank.Open(context.Background(), path, time.Now, founders...)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = b.Close() })
	return b
}

func balances(tb testing.TB, b *bank.Bank) (all map[string]int64, sum int64) {
	tb.Helper()
	accounts, err := b.Accounts(context.Background())
	if err != nil {
		tb.Fatal(err)
	}
	all = map[string]int64{}
	for _, a := range accounts {
		all[a.Name] = a.Balance
		sum += a.Balance
	}
	return all, sum
}

func TestMove(t *testing.T) {
	t.Parallel()
	b := open(t, filepath.Join(t.TempDir(), "bank.db"))
	for _, c := range []struct {
		t    bank.Transfer
		done bool
		want error
	}{
		{bank.Transfer{Key: "1", From: "alice", To: "bob", Amount: 300}, true, nil},
		{bank.Transfer{Key: "1", From: "alice", To: "bob", Amount: 300}, false, nil},
		{bank.Transfer{Key: "1", From: "alice", To: "carol", Amount: 300}, false, bank.ErrKey},
		{bank.Transfer{Key: "2", From: "alice", To: "bob", Amount: 701}, false, bank.ErrFunds},
		{bank.Transfer{Key: "3", From: "alice", To: "dave", Amount: 1}, false, bank.ErrAccount},
		{bank.Transfer{Key: "4", From: "dave", To: "alice", Amount: 1}, false, bank.ErrAccount},
		{bank.Transfer{Key: "5", From: "alice", To: "alice", Amount: 1}, false, bank.ErrSelf},
		{bank.Transfer{Key: "6", From: "alice", To: "bob", Amount: 0}, false, bank.ErrAmount},
		{bank.Transfer{Key: "7", From: "alice", To: "bob", Amount: -5}, false, bank.ErrAmount},
		{bank.Transfer{Key: "8", From: "alice", To: "bob", Amount: bank.MaxAmount + 1}, false, bank.ErrAmount},
	} {
		done, err := b.Move(t.Context(), c.t)
		if done != c.done || !errors.Is(err, c.want) {
			t.Errorf("%+v: %v, %v", c.t, done, err)
		}
	}
	all, _ := balances(t, b)
	if all["alice"] != 700 || all["bob"] != 800 || all["carol"] != 0 {
		t.Errorf("balances %v", all)
	}
}

// At whichever point a process is killed, a transfer has happened whole or not at
// all, and asking again makes it happen once.
func TestKilled(t *testing.T) {
	t.Parallel()
	want := bank.Transfer{Key: "once", From: "alice", To: "bob", Amount: 100}
	if path := os.Getenv("STATELAB_BANK"); path != "" {
		b := open(t, path)
		b.At = func(p bank.Point) error {
			if string(p) == os.Getenv("STATELAB_POINT") {
				self, err := os.FindProcess(os.Getpid())
				if err != nil {
					return err
				}
				_ = self.Kill()
				select {} // it comes
			}
			return nil
		}
		_, _ = b.Move(t.Context(), want)
		return
	}
	for _, p := range bank.Points() {
		path := filepath.Join(t.TempDir(), string(p)+".db")
		open(t, path)
		child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestKilled$")
		child.Env = append(os.Environ(), "STATELAB_BANK="+path, "STATELAB_POINT="+string(p))
		if out, err := child.CombinedOutput(); err == nil {
			t.Fatalf("%s: the child was not killed: %s", p, out)
		}
		b := open(t, path)
		all, sum := balances(t, b)
		moved := p == bank.Committed
		if sum != 1500 || (all["bob"] == 600) != moved || (all["alice"] == 900) != moved {
			t.Errorf("killed at %s: balances %v", p, all)
		}
		if done, err := b.Move(t.Context(), want); err != nil || done == moved {
			t.Errorf("killed at %s, asked again: %v, %v", p, done, err)
		}
		if all, _ := balances(t, b); all["bob"] != 600 || all["alice"] != 900 {
			t.Errorf("killed at %s, asked again: balances %v", p, all)
		}
	}
}

// Many at once, some twice, some failing on the way: the sum stays, and each key
// has moved its money once.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "bank.db")
	steady, shaky := open(t, path), open(t, path)
	var mu sync.Mutex
	random := rand.New(rand.NewPCG(1, 2))
	chance := func(n int) bool {
		mu.Lock()
		defer mu.Unlock()
		return random.IntN(n) == 0
	}
	broken := errors.New("broken")
	shaky.At = func(bank.Point) error {
		if chance(4) {
			return broken
		}
		return nil
	}
	names := []string{"alice", "bob", "carol"}
	var asked []bank.Transfer
	for i := range 120 {
		asked = append(asked, bank.Transfer{
			Key: fmt.Sprint(i / 2), From: names[i/2%3], To: names[(i/2+1)%3], Amount: int64(i/2%7 + 1),
		})
	}
	var all sync.WaitGroup
	for i, a := range asked {
		all.Go(func() {
			b := steady
			if i%2 == 1 {
				b = shaky
			}
			if _, err := b.Move(context.Background(), a); err != nil && !errors.Is(err, broken) && !errors.Is(err, bank.ErrFunds) {
				t.Errorf("%+v: %v", a, err)
			}
		})
	}
	all.Wait()
	want := map[string]int64{"alice": 1000, "bob": 500, "carol": 0}
	for i := 0; i < len(asked); i += 2 {
		if _, found, err := steady.Receipt(t.Context(), asked[i].Key); err != nil {
			t.Fatal(err)
		} else if found {
			want[asked[i].From] -= asked[i].Amount
			want[asked[i].To] += asked[i].Amount
		}
	}
	got, sum := balances(t, steady)
	if sum != 1500 || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("balances %v, by the receipts %v", got, want)
	}
}

func ExampleBank_Move() {
	dir, err := os.MkdirTemp("", "bank")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	ctx := context.Background()
	b, err := bank.Open(ctx, filepath.Join(dir, "bank.db"), time.Now, bank.Account{Name: "alice", Balance: 10}, bank.Account{Name: "bob"})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer b.Close()
	for range 2 { // a double click
		fmt.Println(b.Move(ctx, bank.Transfer{Key: "k", From: "alice", To: "bob", Amount: 4}))
	}
	fmt.Println(b.Accounts(ctx))
	// Output:
	// true <nil>
	// false <nil>
	// [{alice 6} {bob 4}] <nil>
}

// A key is decided once: whoever comes second is told what was decided.
func TestAbandon(t *testing.T) {
	t.Parallel()
	b := open(t, filepath.Join(t.TempDir(), "a.db"))
	one := bank.Transfer{Key: "one", From: "alice", To: "bob", Amount: 100}
	two := bank.Transfer{Key: "two", From: "alice", To: "bob", Amount: 100}
	for range 2 {
		if ok, err := b.Abandon(t.Context(), one.Key); err != nil || !ok {
			t.Errorf("abandoned: %v, %v", ok, err)
		}
		if done, err := b.Move(t.Context(), one); done || !errors.Is(err, bank.ErrAbandoned) {
			t.Errorf("moved what was abandoned: %v, %v", done, err)
		}
	}
	if done, err := b.Move(t.Context(), two); err != nil || !done {
		t.Errorf("%v, %v", done, err)
	}
	if ok, err := b.Abandon(t.Context(), two.Key); err != nil || ok {
		t.Errorf("abandoned what was moved: %v, %v", ok, err)
	}
	if all, sum := balances(t, b); sum != 1500 || all["bob"] != 600 {
		t.Errorf("balances %v", all)
	}
}
