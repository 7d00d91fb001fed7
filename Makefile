# Two commands matter: `make run` and `make test`. Each installs what it needs; see local/.
PYTHON ?= python3
VENV ?= .venv
export PORT VENV
local = @$(PYTHON) -m local

.PHONY: run test prove check fmt lock messages bench shots

run:    ## serve the demonstration on this machine, port 8000 (PORT= changes it)
	$(local) run

test:   ## every check and every test; ARGS="tests/x -k y" hands its words to pytest and runs pytest alone
	$(local) test $(ARGS)

prove:  ## what is proved by mass, at full size: races, kills, 20,000 steps, every page in every role and width
	$(local) prove $(ARGS)

check:  ## what needs no test run: format, lint, types, layers, migrations, settings
	$(local) check

fmt:    ## put the sources into the one format
	$(local) fmt

messages: ## take the texts of the sources into locale/, and compile
	$(local) messages

bench:  ## the benchmarks, or those named by ARGS
	$(local) bench $(ARGS)

bench-%: ## one benchmark; ARGS="--offers 500000" hands its words to it
	$(local) bench $* $(ARGS)

shots:  ## pictures of every page into var/shots/
	$(local) shots

lock:   ## resolve pyproject.toml into the hashed locks (needs uv)
	@command -v uv >/dev/null || { echo "make lock needs uv: pip install uv" >&2; exit 1; }
	@for lock in run "embedded --extra embedded" "dev --extra embedded --extra dev"; do set -- $$lock; \
	  name=$$1; shift; uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-emit-find-links --no-header pyproject.toml "$$@" --output-file requirements/$$name.txt || exit; done
	@uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-emit-find-links --no-header requirements/peers.in --output-file requirements/peers.txt
