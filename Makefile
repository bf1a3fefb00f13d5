# statelab: `make demo` shows it, `make test` proves it.
SHELL := /bin/bash
GO    ?= go
TOOL  := $(GO) tool -modfile=tools.mod
BIN   := bin/statelab
PKGS  := ./...
FUZZTIME ?= 20s
export CGO_ENABLED := 0

.PHONY: demo build test check soak bench fuzz golden docs cross clean deps

demo: ## build statelab and run the main lesson: TCP lives and dies, HTTP forgets, side by side
	@[ -x $(BIN) ] || echo "building $(BIN): the first time takes some minutes" >&2
	@$(MAKE) -s build && echo "built $(BIN) in $$SECONDS s" >&2
	@$(BIN) demo -w out/demo.pcapng

build: ## build bin/statelab
	@mkdir -p bin out
	$(GO) build -trimpath -o $(BIN) ./cmd/statelab

deps: ## install what the tests use, where this machine allows it
	@.ci/deps
	@.ci/judges

test: deps check ## run every test; names at the end what was skipped and why
	@.ci/gotest $(PKGS)

check: ## format, vet, lint, import direction
	@$(GO) mod download -modfile=tools.mod
	@out=$$($(TOOL) gofumpt -l .); \
	if [ -n "$$out" ]; then echo "not gofumpt-formatted:"; echo "$$out"; exit 1; fi
	$(GO) vet $(PKGS)
	$(TOOL) staticcheck $(PKGS)
	@out=$$($(TOOL) exhaustive -d $(PKGS) 2>&1 | grep -v '_test\.go:'); \
	if [ -n "$$out" ]; then echo "$$out"; exit 1; fi
	$(GO) mod verify >/dev/null
	$(GO) test -count=1 -run 'TestImportDirection|TestOnePipeline|TestLayersAreForTests' ./cmd/statelab

soak: ## the same properties over many more seeds
	STATELAB_SOAK=1 $(GO) test -count=1 -timeout 60m $(PKGS)

bench: build ## benchmarks beside the peers, one table
	@.ci/bench

fuzz: ## every fuzz target for FUZZTIME each
	@.ci/fuzz $(FUZZTIME)

golden: ## rewrite the golden files; review the difference like code
	$(GO) test ./capture/... ./cmd/... -update

docs: build ## regenerate docs/cli, docs/figures and the README's picture
	@.ci/docs

cross: ## build for every platform that is promised
	@for os in linux darwin windows; do for arch in amd64 arm64; do \
	  echo "$$os/$$arch"; GOOS=$$os GOARCH=$$arch $(GO) build -o /dev/null ./cmd/statelab || exit 1; done; done

clean:
	rm -rf bin out
