# The judge: python's h11 reads every response of the server at argv[1]. stdin brings
# a list of requests, {method, target, fields, body} or {raw, responses} for octets
# that h11 would not send; base64 where they are octets. For each, the statuses are
# printed, and whether the connection could be used again. What h11 does not take
# ends the program.
import base64, json, socket, sys
import h11

host, port = sys.argv[1].rsplit(":", 1)


class Connection:
    def __init__(self):
        self.socket = socket.create_connection((host, int(port)), timeout=20)
        self.h11 = h11.Connection(h11.CLIENT)

    def ask(self, method, target, fields, body):
        request = h11.Request(method=method, target=target, headers=[("Host", sys.argv[1])] + fields)
        octets = self.h11.send(request)
        if body:
            octets += self.h11.send(h11.Data(body))
        return octets + self.h11.send(h11.EndOfMessage())

    def response(self):
        status = length = 0
        while True:
            event = self.h11.next_event()
            if event is h11.NEED_DATA:
                self.h11.receive_data(self.socket.recv(65536))
            elif isinstance(event, (h11.InformationalResponse, h11.Response)):
                status = event.status_code
                if status == 101:
                    return status, length
                if dict(event.headers).get(b"content-type", b"").startswith(b"text/event-stream"):
                    self.endless = True
            elif isinstance(event, h11.Data):
                length += len(event.data)
                if self.endless:
                    return status, length
            elif isinstance(event, h11.EndOfMessage):
                return status, length
            else:
                raise Exception(f"{event} after {status} and {length} octets")

    endless = False

    # again says whether the connection can be used again: h11 says so, and where
    # it does not, nothing more may come.
    def again(self):
        if self.endless or self.h11.their_state is h11.SWITCHED_PROTOCOL:
            self.socket.close()
            return False
        if self.h11.our_state is h11.DONE and self.h11.their_state is h11.DONE:
            self.h11.start_next_cycle()
            return True
        rest = self.h11.trailing_data[0]
        while octets := self.socket.recv(65536):
            rest += octets
        if rest:
            raise Exception(f"behind the last response: {rest}")
        self.socket.close()
        return False


answers = []
open_ = None
for ask in json.load(sys.stdin):
    what = ask.get("raw") or ask["method"] + " " + ask["target"]
    try:
        if "raw" in ask:
            c, statuses = Connection(), []
            c.socket.sendall(base64.b64decode(ask["raw"]))
            for _ in range(ask["responses"]):
                if c.h11.our_state is not h11.IDLE:
                    c.again()
                c.ask("GET", "/", [], b"")
                statuses.append(c.response()[0])
            answers.append({"statuses": statuses, "kept": c.again()})
            c.socket.close()
            continue
        if open_ is None:
            open_ = Connection()
        body = base64.b64decode(ask["body"])
        open_.socket.sendall(open_.ask(ask["method"], ask["target"], ask["fields"], body))
        status, length = open_.response()
        kept = open_.again()
        if not kept:
            open_ = None
        answers.append({"statuses": [status], "bytes": length, "kept": kept})
    except Exception as e:
        sys.exit(f"{what}: {type(e).__name__}: {e}")
json.dump(answers, sys.stdout)
