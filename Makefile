# Everything starts here; each target sets up what it needs, once.
PYTHON ?= python3
ARGS ?=
RUN := .venv/bin/python
STACK := reportflow
# Else glibc keeps what tests have freed of documents, which are large: 1.5 GB instead of half a GB.
TESTS := MALLOC_MMAP_THRESHOLD_=1048576 $(RUN) -m pytest -q -n auto --dist worksteal
# Whatever the shell says: without its bytecode the CDK is compiled anew by every process, for six seconds.
export PYTHONDONTWRITEBYTECODE :=
# The lock's lines for some packages, with their hashes.
locked = awk '/^[^ ]/ {some = /^($(1))==/} some' requirements.lock

.PHONY: help run backfill test exhaustive coverage test-lambda-python check docs e2e audit sbom bench scale synth plan gaps notifications deploy destroy cdk lock hooks clean

help: ## show this
	@sed -n 's/^\([a-z0-9-]*\):.*## /  make \1\t/p' Makefile | expand -t 27
	@echo "make ends with 2 whatever failed: for its own exit codes, call .venv/bin/reportflow."

run: .venv/ready ## run the whole job on this machine; options: make run ARGS="--help"
	@$(RUN) -m cli.main run $(ARGS)

backfill: .venv/ready ## get a span of days, window by window, from the deployed stack: make backfill ARGS="--help"
	@$(RUN) -m cli.main backfill $(ARGS)

test: .venv/ready ## run the tests
	@$(TESTS) $(ARGS)

exhaustive: .venv/ready .venv/older-boto3/ready ## the tests that take longer: every crash point and fault, mutations, the benches
	@HYPOTHESIS_PROFILE=ci $(TESTS) -m "exhaustive or matrix" $(ARGS)
	@# Which boto3 Lambda's runtime has, AWS decides: every fault again with one from the runtime's first month.
	@PYTHONPATH=.venv/older-boto3 $(TESTS) -m "exhaustive or not exhaustive" tests/workflow/test_fault_matrix.py

coverage: ## branch coverage of test and exhaustive together: a third more processor time
	@$(TESTS) -m "not e2e" --cov --cov-report=term:skip-covered $(ARGS)

test-lambda-python: .venv/ready ## run the tests on Lambda's own Python, 3.14, if uv finds or gets one
	@if .venv/bin/python -c 'import sys; sys.exit(sys.version_info[:2] != (3, 14))'; then $(MAKE) --no-print-directory test; \
	elif .venv/bin/uv venv --quiet --system-certs --clear --python 3.14 .venv/python3.14; then \
		VIRTUAL_ENV=.venv/python3.14 .venv/bin/uv pip sync --quiet --system-certs --require-hashes requirements.lock && \
		$(MAKE) --no-print-directory test RUN=.venv/python3.14/bin/python; \
	else echo "NOT RUN: Lambda's Python 3.14 is not on this machine, and uv could not get it. make test uses $$(.venv/bin/python --version)."; fi

check: .venv/ready .venv/checks/ready ## lint, spelling, secrets, import rules, types and template checks: cdk-nag, cfn-lint, checkov
	@.venv/bin/prek run --all-files
	@.venv/bin/lint-imports --no-cache
	@.venv/bin/mypy app.py cli infra lambdas local planning tests
	@$(RUN) -m infra.template_checks

e2e: .venv/ready ## the slower tests: the embedded AWS and the real CDK CLI
	@$(RUN) -m pytest -q -rs -m e2e $(ARGS)

docs: .venv/ready .venv/checks/ready ## check the words of all pages, and build the site, strictly, into build/site
	@$(RUN) -m infra.prose
	@.venv/checks/bin/zensical build --strict --clean

audit: .venv/checks/ready ## known vulnerabilities of the locked packages, as osv.dev has them
	@$(RUN) -m infra.audit

sbom: .venv/checks/ready ## what is deployed and what it is made with, as CycloneDX, in build/sbom/
	@mkdir -p build/sbom
	@.venv/checks/bin/cyclonedx-py requirements --output-reproducible -o build/sbom/functions.cdx.json .venv/lambda.txt
	@.venv/checks/bin/cyclonedx-py requirements --output-reproducible -o build/sbom/tables.cdx.json .venv/table.txt
	@.venv/checks/bin/cyclonedx-py requirements --output-reproducible -o build/sbom/project.cdx.json requirements.lock
	@echo "build/sbom has functions.cdx.json, what the functions bring along, tables.cdx.json, what those of the tables have more, and project.cdx.json, all that is locked."

bench: .venv/ready ## measure how reports land, against the alternatives: make bench ARGS="--help"
	@$(RUN) -m local.bench $(ARGS)

scale: .venv/ready ## simulate thousands of scheduled reports against AWS's and Amazon's quotas: docs/scale.md
	@$(RUN) -m local.bench.scale

synth: .venv/ready ## write the CloudFormation template to cdk.out/, offline
	@test -w . || { echo "cdk.out cannot be written: work in a clone that this user may write to"; exit 1; }
	@CDK_OUTDIR=cdk.out $(RUN) app.py
	@echo "cdk.out/$(STACK).template.json is the template."

plan: .venv/ready ## the next 30 days of reports.toml: calls, quotas, dollars; make plan ARGS="--help"
	@$(RUN) -m cli.main plan $(ARGS)

gaps: .venv/ready ## scheduled windows that have not landed; make gaps ARGS="--help"
	@$(RUN) -m cli.main gaps $(ARGS)

notifications: .venv/ready ## let Amazon tell the stack when reports have ended; make notifications ARGS="--help"
	@$(RUN) -m cli.main notifications $(ARGS)

deploy: .venv/ready ## deploy into the AWS account of the current credentials; ARGS go to `cdk deploy`
	@$(RUN) -m infra.cdk_cli deploy $(STACK) $(ARGS)

destroy: .venv/ready ## delete the stack; the bucket and the ledger stay
	@$(RUN) -m infra.cdk_cli destroy $(STACK) $(ARGS)

cdk: .venv/ready ## any other command of the CDK CLI: make cdk ARGS="bootstrap"
	@$(RUN) -m infra.cdk_cli $(ARGS)

lock: .venv/ready ## pin and hash the dependencies of pyproject.toml and checks.in again; ARGS="--upgrade" raises them
	@# Options with "=", and the command itself as the header: Renovate reads it there.
	@.venv/bin/uv pip compile --quiet --universal --generate-hashes --python-version=3.11 --extra=deploy --extra=dev \
		--output-file=requirements.lock pyproject.toml $(ARGS)
	@.venv/bin/uv pip compile --quiet --universal --generate-hashes --python-version=3.11 \
		--output-file=checks.lock checks.in $(ARGS)

hooks: .venv/ready ## have git lint what each commit changes: .pre-commit-config.yaml
	@.venv/bin/prek install

clean: ## remove everything that was made here
	@rm -rf .venv .coverage build cdk.out .mypy_cache .pytest_cache .ruff_cache .hypothesis

.venv/ready: requirements.lock Makefile
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "reportflow needs Python 3.11 or newer, and $(PYTHON) is " + sys.version.split()[0])'
	@echo "Setting up .venv, once: uv first, then the locked packages, node among them (about 800 MB)"
	@# What is there already is brought up to date, unless its Python is gone.
	@.venv/bin/python -c pass 2>/dev/null || { rm -rf .venv; \
		$(PYTHON) -m venv .venv >/dev/null 2>&1 || $(PYTHON) -m venv --clear --without-pip .venv; }
	@# uv comes first, by the same lock and its hashes; it is much faster at the rest than pip.
	@$(call locked,uv) > .venv/uv.txt
	@if [ -x .venv/bin/uv ]; then :; elif [ -x .venv/bin/pip ]; then .venv/bin/python -m pip install -q --require-hashes -r .venv/uv.txt; \
		else $(PYTHON) -m pip --python .venv/bin/python install -q --require-hashes -r .venv/uv.txt; fi
	@VIRTUAL_ENV=.venv .venv/bin/uv pip sync --quiet --system-certs --require-hashes requirements.lock
	@# What the functions bring along, for Lambda's platform instead of this one. Scripts and records differ by machine.
	@$(call locked,aws-croniter|isal|tzdata) > .venv/lambda.txt
	@$(call locked,arro3-core|arro3-io) > .venv/table.txt
	@for kind in lambda table; do rm -rf .venv/$$kind-packages && \
		.venv/bin/uv pip install --quiet --system-certs --require-hashes --no-deps --target .venv/$$kind-packages \
			--python-platform aarch64-manylinux_2_28 --python-version 3.14 --only-binary :all: -r .venv/$$kind.txt && \
		(cd .venv/$$kind-packages && rm -rf bin .lock *.dist-info/RECORD *.dist-info/INSTALLER *.dist-info/REQUESTED) || exit; done
	@# The command line, as it stands in this folder.
	@VIRTUAL_ENV=.venv .venv/bin/uv pip install --quiet --offline --no-deps --editable .
	@echo "Set up."
	@touch .venv/ready

.venv/older-boto3/ready: older-boto3.lock .venv/ready
	@rm -rf .venv/older-boto3
	@.venv/bin/uv pip install --quiet --system-certs --require-hashes --no-deps --target .venv/older-boto3 -r older-boto3.lock
	@touch .venv/older-boto3/ready

.venv/checks/ready: checks.lock .venv/ready
	@echo "Setting up .venv/checks, once: checkov and its like (about 320 MB)"
	@.venv/bin/uv venv --quiet --clear .venv/checks
	@VIRTUAL_ENV=.venv/checks .venv/bin/uv pip sync --quiet --system-certs --require-hashes checks.lock
	@touch .venv/checks/ready
