package explain

// Memory.
var (
	remembersText  = text{En: "{who} now remembers {list}.", Ko: "{who|이/가} 지금 기억하는 것: {list}."}
	forgetsText    = text{En: "{who} now remembers nothing.", Ko: "{who|은/는} 이제 아무것도 기억하지 않습니다."}
	memoryPartText = text{En: "{n|byte} of {kind}", Ko: "{kind} {n}바이트"}
	heapText       = text{En: "Measured: {who}'s heap differs by {heap|byte}.", Ko: "{who}의 힙을 측정하면 {heap}바이트 차이가 납니다."}
	memorySumText  = text{En: "{sum} = {parts}", Ko: "{sum} = {parts}"}
	numberText     = text{En: "{n}", Ko: "{n}"}
)
