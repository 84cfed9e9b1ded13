# Personal Number. `make help` tells what there is; `make run` and `make test` install what they need.
SHELL := /bin/bash
.SHELLFLAGS := -o pipefail -c
.DEFAULT_GOAL := help
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)
# Packages of Debian 12 and the programs by which we see that they are there.
RUN_NEEDS := mariadb-server-core:mariadbd mariadb-server-core:mariadb-install-db \
  mariadb-client-core:my_print_defaults sip-tester:sipp
TEST_NEEDS := $(RUN_NEEDS) chromium-headless-shell:chromium-headless-shell baresip-core:baresip
# Tests make some hundred databases; in memory, where 4 GB of it are free, that takes a tenth of the time.
IN_MEMORY = if [ -w /dev/shm ] && [ "$$(df --output=avail -k /dev/shm | tail -1)" -gt 4000000 ]; then \
  export TMPDIR="$$(mktemp -d /dev/shm/pn-test.XXXXXX)"; trap 'rm -rf "$$TMPDIR"' EXIT; fi

.PHONY: help run test check call load bench figures prompts clean needs-run needs-test

help: node_modules/.installed ## this text, and the settings
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12
	@node src/main.ts settings

run: needs-run node_modules/.installed ## start everything; Ctrl-C stops everything
	@exec node src/main.ts run

call: needs-run node_modules/.installed ## place a first call to the running product and show its ladder; VOICEMAIL=1, RECORD=1: other calls
	@node test/e2e/make-call.ts

test: needs-test node_modules/.installed ## all tests; ends with "N passed, N failed, N skipped"
	@$(MAKE) --no-print-directory check || { echo 'make check failed: no test was run'; echo '0 passed, 1 failed, 0 skipped'; exit 1; }
	@$(IN_MEMORY); NODE_COMPILE_CACHE=$(CURDIR)/node_modules/.cache/compiled tap --reporter=tap | node test/support/closing-line.ts

check: node_modules/.installed ## types, lint, dead code, architecture
	@tsc --noEmit
	@oxlint --deny-warnings --quiet src web test
	@knip --config .knip.json
	@node test/architecture.test.ts > /dev/null || node test/architecture.test.ts

load: needs-run node_modules/.installed ## RATE=50 SECONDS=20 TARGETS=1: calls per second with SIPp, delays, CPU per call, memory
	@node test/bench/load.ts

bench: node_modules/.installed ## micro-benchmarks: parser, serializer, transactions, plan, whole path
	@node test/bench/all.ts

figures: node_modules/.installed ## the transaction machines as Mermaid diagrams, printed from their tables
	@node test/support/figures.ts

prompts: node_modules/.installed ## speak prompts/texts.json anew; needs the Debian package espeak-ng
	@node test/support/make-prompts.ts

clean: ## remove installed packages and everything that was made (also the private database)
	rm -rf node_modules var bench-out .tap

node_modules/.installed: package.json package-lock.json .taprc
	@echo 'Installing npm packages…'
	@npm ci --no-audit --no-fund --loglevel=error
	@# npm leaves out what the node it runs on is too old for (Debian's is); now there is a newer one.
	@oxlint --version >/dev/null 2>&1 || npm ci --no-audit --no-fund --loglevel=error
	@touch $@

needs-run: NEEDS := $(RUN_NEEDS)
needs-test: NEEDS := $(TEST_NEEDS)
needs-run needs-test:
	@missing=''; for need in $(NEEDS); do \
	  PATH="$$PATH:/usr/sbin:/sbin" command -v "$${need#*:}" >/dev/null || missing="$$missing $${need%%:*}"; done; \
	missing=$$(echo $$missing | tr ' ' '\n' | sort -u | tr '\n' ' '); \
	[ -z "$${missing// /}" ] && exit 0; \
	if [ "$$(id -u)" = 0 ]; then root=''; \
	elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then root='sudo -n'; \
	else echo "Missing programs. Install them as root, then run make again:"; \
	  echo "  apt-get update && apt-get install --no-install-recommends $$missing"; exit 1; fi; \
	echo "Installing Debian packages: $$missing"; log=$$(mktemp); \
	install() { $$root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $$missing >$$log 2>&1; }; \
	install || { $$root apt-get update >$$log 2>&1 && install; } || { cat $$log; echo "Could not install: $$missing"; exit 1; }; \
	rm -f $$log
