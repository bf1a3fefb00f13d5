package explain

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// final is the sound that a word ends in, as far as Korean particles ask.
type final uint8

const (
	vowel     final = iota // 서버, ACK (애크)
	rieul                  // 채널, 1 (일): a consonant, but 로 and not 으로
	consonant              // 회선, SYN (신)
)

// Josa returns the particle of a pair that fits after word: Josa("서버", "이/가")
// is "가". The pair has the form after a consonant first: 은/는, 이/가, 을/를,
// 과/와, 으로/로, 이라/라. Numbers and Latin words count as they are read in
// Korean: "SYN" 신, "ACK" 애크, "85" 팔십오.
func Josa(word, pair string) string {
	closed, open, found := strings.Cut(pair, "/")
	if !found {
		return pair
	}
	end := finalSound(word)
	if end == vowel || end == rieul && closed == "으로" {
		return open
	}
	return closed
}

// WithJosa returns word with the particle that fits.
func WithJosa(word, pair string) string { return word + Josa(word, pair) }

// koreanOrdinal returns "첫 번째", "두 번째", …, and from the eleventh on the
// number itself: "11번째".
func koreanOrdinal(n int64) string {
	native := [...]string{"", "첫", "두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉", "열"}
	if n >= 1 && n < int64(len(native)) {
		return native[n] + " 번째"
	}
	return strconv.FormatInt(n, 10) + "번째"
}

// finalSound finds how word ends when read aloud. What stands in parentheses at
// its end is not read: the particle follows the word before them.
func finalSound(word string) final {
	word = strings.TrimSpace(word)
	if i := strings.LastIndexByte(word, '('); i > 0 && strings.HasSuffix(word, ")") {
		word = strings.TrimSpace(word[:i])
	}
	word = strings.TrimRightFunc(word, func(r rune) bool {
		return unicode.IsPunct(r) && r != '/' && r != '%' && r != '…'
	})
	r, _ := utf8.DecodeLastRuneInString(word)
	switch {
	case r >= '가' && r <= '힣':
		return hangulFinal(r)
	case r >= '0' && r <= '9':
		return digitFinal(word)
	case r < utf8.RuneSelf && unicode.IsLetter(r):
		return latinFinal(lastLatinWord(word))
	}
	return vowel // / 슬래시, % 퍼센트
}

// hangulFinal takes the syllable apart: Unicode orders the 28 possible finals
// of each initial and vowel after one another, none first, ㄹ ninth.
func hangulFinal(r rune) final {
	switch (r - '가') % 28 {
	case 0:
		return vowel
	case 8:
		return rieul
	}
	return consonant
}

// digitFinal: 영 일 이 삼 사 오 육 칠 팔 구; with zeros at the end 십, 백, 천, 만.
func digitFinal(word string) final {
	switch word[len(word)-1] {
	case '1', '7', '8':
		return rieul
	case '0', '3', '6':
		return consonant
	}
	return vowel
}

func lastLatinWord(word string) string {
	i := strings.LastIndexFunc(word, func(r rune) bool { return r >= utf8.RuneSelf || !unicode.IsLetter(r) })
	return word[i+1:]
}

// readings are the terms whose reading cannot be told from their spelling.
var readings = map[string]final{
	"ACK":    vowel,     // 애크
	"SACK":   vowel,     // 사크
	"SYN":    consonant, // 신
	"FIN":    consonant, // 핀
	"RST":    vowel,     // 알에스티
	"PSH":    vowel,     // 푸시
	"LISTEN": consonant, // 리슨
	"OPEN":   consonant, // 오픈
	"GET":    consonant, // 겟
	"PUT":    consonant, // 풋
	"HEAD":   vowel,     // 헤드
	"FTP":    vowel,
	"SYNs":   vowel, // 신스
	"s":      vowel, // 초
	"ms":     vowel, // 밀리초
	"ns":     vowel, // 나노초
	"bit":    vowel, // 비트
	"check":  vowel, // 체크
}

// latinFinal guesses how a word in Latin letters ends when it is read in
// Korean: a known term as known, capitals letter by letter, words by the usual
// transliteration.
func latinFinal(word string) final {
	if f, ok := readings[word]; ok {
		return f
	}
	if strings.ToUpper(word) == word && !pronounceable(word) {
		return letterFinal(word[len(word)-1])
	}
	return wordFinal(strings.ToLower(word))
}

// pronounceable: words in capitals that are read as words: ESTABLISHED, TIME,
// POST; abbreviations of up to four letters are spelled out.
func pronounceable(word string) bool {
	return len(word) > 4 || word == "WAIT" || word == "SENT" || word == "POST"
}

// letterFinal: 엘, 엠, 엔, 알 end in consonants; 에이, 비, 시, … in vowels.
func letterFinal(c byte) final {
	switch c {
	case 'L', 'l', 'R', 'r':
		return rieul
	case 'M', 'm', 'N', 'n':
		return consonant
	}
	return vowel
}

// wordFinal: token 토큰, frame 프레임, channel 채널, file 파일, closing 클로징,
// stack 스택: m, n, l, ng and ck close a syllable. So does p, t or k after one
// short vowel: packet 패킷, stop 스톱. Other letters open one more: 서버, 비트.
func wordFinal(word string) final {
	stem, silentE := strings.CutSuffix(word, "e")
	switch {
	case stem == "":
		return vowel
	case strings.HasSuffix(stem, "l"):
		return rieul
	case strings.HasSuffix(stem, "m"), strings.HasSuffix(stem, "n"), strings.HasSuffix(stem, "ng"),
		strings.HasSuffix(stem, "ck"), strings.HasSuffix(stem, "eb"), !silentE && shortStop(stem):
		return consonant
	}
	return vowel
}

// shortStop: a consonant, one vowel, then p, t or k.
func shortStop(word string) bool {
	n := len(word)
	if n < 3 || !strings.ContainsRune("ptk", rune(word[n-1])) {
		return false
	}
	isVowel := func(c byte) bool { return strings.IndexByte("aeiou", c) >= 0 }
	return isVowel(word[n-2]) && !isVowel(word[n-3])
}
