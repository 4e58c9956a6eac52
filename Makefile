# The commands of the project. `make` alone lists them.

# A fixed shell and strict mode, so that a failing step inside a recipe fails it.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c

.DEFAULT_GOAL := help
.PHONY: help demo build generate test lint bench crash shots pack

help: ## List the commands
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1|/' | column -t -s '|'

demo: ## Open the programme of Marrakech prefecture, with a year of work in it (ARGS="--addr :8080")
	@go run ./cmd/khettara demo $(ARGS)

build: ## Build the one binary, bin/khettara
	CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o bin/khettara ./cmd/khettara

generate: ## Make the generated files anew
	go tool templ generate

test: ## Run all tests, on both databases and in a real browser
	@scripts/test-deps.sh
	go test -timeout 15m ./...

lint: ## Look for mistakes without running anything
	@scripts/lint.sh

bench: ## Print the figures: speed on both databases (BENCH=pattern)
	@scripts/test-deps.sh
	go test -timeout 60m -p 1 -run '^$$' -bench '$(or $(BENCH),.)' -benchmem ./...

crash: ## Kill the server 1000 times under load and look whether anything is lost
	@scripts/test-deps.sh
	KHETTARA_CRASH_KILLS=1000 go test -timeout 3h -count 1 -v -run '^TestCrash' ./e2e

shots: ## Photograph every page in Arabic and French, on a phone and on a desk, into shots/
	@scripts/test-deps.sh
	KHETTARA_SHOTS=$(CURDIR)/shots go test -timeout 30m -count 1 -run '^TestEveryPage' ./e2e
	@echo "open $(CURDIR)/shots/index.html"

pack: ## Make the territory pack from its sources (SOURCES=folder)
	@test -n "$(SOURCES)" || { echo 'usage: make pack SOURCES=folder' >&2; exit 2; }
	go run ./internal/territory/packer -sources $(SOURCES)
