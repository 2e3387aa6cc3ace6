# `make` prints what there is.
.PHONY: help test demo bench pages-speed crash soak schedule-report fuzz golden postgres build pages screenshots lint clean
SHELL := /bin/bash
FUZZTIME ?= 60s
KILLS ?= 10000
DURATION ?= 30m
ENGINE ?= sqlite
SECONDS_EACH ?= 60

help: ## print this
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

test: ## format, vet and all tests, on SQLite and on a throw-away PostgreSQL
	@scripts/test.sh

demo: ## a sample company with a year of trade, with its pages and its API
	go run ./cmd/kontor demo

bench: ## the benchmarks on both engines
	scripts/postgres.sh run go run ./cmd/kontor bench

pages-speed: ## server times and bytes of every page, on a year's data of both engines
	scripts/postgres.sh run go run ./cmd/kontor bench --pages

crash: ## kill the program KILLS=10000 times under load and look for lost work
	KONTOR_CRASH_KILLS=$(KILLS) scripts/postgres.sh run go test -count=1 -timeout 0 -v ./internal/crash/...

soak: ## a server under load for DURATION=30m, then ten times as much, on ENGINE=sqlite or postgres
	KONTOR_SOAK=$(DURATION) KONTOR_SOAK_ENGINE=$(ENGINE) scripts/postgres.sh run go test -count=1 -timeout 0 -v ./internal/soak

schedule-report: ## search the published job-shop instances for SECONDS_EACH=60 each, on one core, and print the gaps
	KONTOR_SCHEDULE=$(SECONDS_EACH)s go test -count=1 -tags report -timeout 0 -v -run TestScheduleReport ./internal/rooms/schedule

fuzz: ## run each fuzz target for FUZZTIME=60s
	@grep -rEo --include='*_test.go' '^func Fuzz[A-Za-z0-9_]*' . | \
	while IFS=: read -r file func; do \
		echo "== $$(dirname $$file) $${func#func }"; \
		go test "$$(dirname $$file)" -run '^$$' -fuzz "^$${func#func }\$$" -fuzztime $(FUZZTIME) </dev/null || exit 1; \
	done

golden: ## rewrite the documents that tests print
	@grep -rl --include='*_test.go' KONTOR_GOLDEN . | xargs -r -n1 dirname | sort -u | \
		KONTOR_GOLDEN=1 xargs -r scripts/postgres.sh run go test -count=1

postgres: ## start a PostgreSQL for development: eval $(make -s postgres)
	@scripts/postgres.sh start

build: ## bin/kontor, one static program
	CGO_ENABLED=0 go build -trimpath -o bin/kontor ./cmd/kontor

pages: ## make the Go code of the .templ files anew
	go run github.com/a-h/templ/cmd/templ@v0.3.977 generate -path internal/doors/web
	"$$(go env GOROOT)/bin/gofmt" -w internal/doors/web

screenshots: ## draw the pages of docs/screenshots anew
	mkdir -p docs/screenshots
	KONTOR_SCREENSHOTS=$(CURDIR)/docs/screenshots go test -count=1 -tags screenshots -run TestScreenshots ./internal/doors/web

lint: ## format, vet and the floors
	@scripts/test.sh lint
	go test ./internal/archtest

clean: ## remove what was built and stop the PostgreSQL of make postgres
	rm -rf bin kontor coverage.out coverage.html
	@scripts/postgres.sh stop
