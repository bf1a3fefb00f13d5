package explain

import "statelab/capture/trace"

// storeOps, storeOutcomes and revisionWord are the words of a row.
var (
	storeOps = map[string]text{
		trace.StoreRead:   {En: "read", Ko: "읽기"},
		trace.StoreWrite:  {En: "write", Ko: "쓰기"},
		trace.StoreDelete: {En: "delete", Ko: "삭제"},
		trace.StoreList:   {En: "list", Ko: "목록"},
		trace.StoreCommit: {En: "commit", Ko: "커밋"},

		trace.StoreRollback: {En: "roll back", Ko: "롤백"},
	}
	storeOutcomes = map[string]text{
		"":                     {En: "done", Ko: "됨"},
		trace.StoreDone:        {En: "done", Ko: "됨"},
		trace.StoreAbsent:      {En: "absent", Ko: "없음"},
		trace.StoreConflict:    {En: "conflict", Ko: "충돌"},
		trace.StoreUnavailable: {En: "unavailable", Ko: "응답 없음"},
		trace.StoreRefused:     {En: "refused", Ko: "거절"},
	}
	revisionWord = text{En: "revision", Ko: "리비전"}
)

// storeSentences say what an access that succeeded did.
var storeSentences = map[string]text{
	trace.StoreRead: {
		En: "{who}'s program fetches the record {key}, {n|byte}, from the store {store}: what an earlier request has left there, a later one has to read.",
		Ko: "{who}의 프로그램이 저장소 {store}에서 레코드 {key} {n}바이트를 가져옵니다. 앞의 요청이 저장소에 남긴 것은 뒤의 요청이 읽어야 알 수 있습니다.",
	},
	trace.StoreWrite: {
		En: "{who}'s program leaves {n|byte} in the store {store} under {key}: it is remembered there when the request is over.",
		Ko: "{who}의 프로그램이 저장소 {store}에 {n}바이트를 {key} 키로 남깁니다. 요청이 끝나도 그곳에 남아 있습니다.",
	},
	trace.StoreDelete: {
		En: "{who}'s program has the store {store} forget the record {key}.",
		Ko: "{who}의 프로그램이 저장소 {store}에서 레코드 {key|을/를} 지웁니다.",
	},
	trace.StoreList: {
		En: "{who}'s program asks the store {store} for the records of {key}: {n|byte} in all.",
		Ko: "{who}의 프로그램이 저장소 {store}에 {key}의 레코드를 모두 묻습니다. 모두 {n}바이트입니다.",
	},
	trace.StoreCommit: {
		En: "{who}'s program ends the transaction {key}: all that it wrote in the store {store} is kept from now on, at once.",
		Ko: "{who}의 프로그램이 트랜잭션 {key|을/를} 끝냅니다. 저장소 {store}에 쓴 것이 이제 한꺼번에 남습니다.",
	},
	trace.StoreRollback: {
		En: "The transaction {key} of {who}'s program ends without a commit: nothing that it wrote in the store {store} is kept.",
		Ko: "{who}의 프로그램이 시작한 트랜잭션 {key|이/가} 커밋 없이 끝납니다. 저장소 {store}에 쓴 것은 하나도 남지 않습니다.",
	},
}

var (
	storeRevisionText = text{
		En: "Its revision is {revision} now: whoever read an older one can no longer overwrite it unseen.",
		Ko: "이제 리비전은 {revision}입니다. 이전 리비전을 읽은 쪽은 모르는 사이에 덮어쓸 수 없습니다.",
	}
	storeAbsentText = text{
		En: "{who}'s program asks the store {store} for {key}, and there is no such record: nothing is remembered under that key.",
		Ko: "{who}의 프로그램이 저장소 {store}에서 {key|을/를} 찾지만 그런 레코드가 없습니다. 그 키로 기억된 것이 없습니다.",
	}
	storeConflictText = text{
		En: "{who}'s program is not let overwrite {key} in the store {store}: since it read the record, another has changed it.",
		Ko: "{who}의 프로그램은 저장소 {store}의 {key|을/를} 덮어쓰지 못합니다. 읽은 뒤에 다른 쪽이 그 레코드를 바꾸었습니다.",
	}
	storeUnavailableText = text{
		En: "The store {store} does not answer {who}'s program: what it alone remembers cannot be had now.",
		Ko: "저장소 {store}에서 {who}의 프로그램에 답하지 않습니다. 그곳에만 기억된 것은 지금 얻을 수 없습니다.",
	}
	storeOtherText = text{
		En: "{who}'s program to the store {store}: {op} {key}: {outcome}.",
		Ko: "{who}의 프로그램이 저장소 {store}에 보낸 요청({op} {key})의 결과: {outcome}.",
	}
)
