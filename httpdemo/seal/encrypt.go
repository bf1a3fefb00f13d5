package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"fmt"
	"io"
	"time"
)

// The lesson: a cookie that the client can neither read nor change.
// nonce (12 bytes) ‖ AES-256-GCM(key, nonce, expiry ‖ data, name as associated data)

// Encrypt returns the value for the cookie of that name, good until expires.
func (b *Box) Encrypt(name string, data []byte, expires time.Time) (string, error) {
	aead := newGCM(b.keys[0])
	nonce := make([]byte, aead.NonceSize())
	if _, err := io.ReadFull(b.rand, nonce); err != nil {
		return "", fmt.Errorf("seal: no randomness for a nonce: %w", err)
	}
	message := binary.BigEndian.AppendUint64(nil, uint64(expires.Unix()))
	return fit(name, aead.Seal(nonce, nonce, append(message, data...), []byte(name)))
}

// Decrypt returns the data of a value that Encrypt made for that name.
func (b *Box) Decrypt(name, value string) ([]byte, error) {
	sealed, err := unfit(name, value)
	if err != nil {
		return nil, ErrForged
	}
	for _, key := range b.keys {
		aead := newGCM(key)
		if len(sealed) < aead.NonceSize() {
			break
		}
		nonce, box := sealed[:aead.NonceSize()], sealed[aead.NonceSize():]
		if message, err := aead.Open(nil, nonce, box, []byte(name)); err == nil && len(message) >= 8 {
			return b.fresh(message)
		}
	}
	return nil, ErrForged
}

func newGCM(key []byte) cipher.AEAD {
	block, err := aes.NewCipher(derive(key, "encrypt"))
	if err != nil {
		panic(err) // 32 bytes make a key
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		panic(err) // AES has blocks of 16 bytes, as GCM wants them
	}
	return aead
}
