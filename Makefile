# `make` lists what there is. KIND=cuda fetches libtorch for NVIDIA GPUs: `make quickstart KIND=cuda`.

# Everything here is built in one profile, so that libtorch's bindings are compiled once.
PROFILE := --release
KDP     := $(or $(CARGO_TARGET_DIR),target)/release/kdp
KIND    ?= cpu
# Where `make bench-training` keeps the tools and the data that it makes up.
TRAINING := target/bench/training
# Of `make bench-training`: its rows (one, three, mlp, encoder, switches), and how often each contender runs.
ROWS    ?=
ROUNDS  ?=
# Seconds that `make fuzz` takes for each target.
TIME    ?= 300

# Where `make parity` and `make real-data` keep the other implementations; parts of the calls of the networks, or the names
# of the sets that are held (all where empty).
PARITY  := target/parity
VENV    := $(PARITY)/venv/installed
PYTHON  := $(PARITY)/venv/bin/python
ONLY    ?=
PARTS   := $(foreach part,$(ONLY),'$(part)')

.DEFAULT_GOAL := help
.PHONY: help quickstart bench bench-speed bench-training bench-images chaos parity parity-networks parity-weights parity-images parity-tokens real-data test build libtorch lint bless fuzz

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

quickstart: build ## fetch libtorch, build, and run pipelines/quickstart.kdp
	$(KDP) run pipelines/quickstart.kdp

test: libtorch ## fetch libtorch, build, and run every test
	cargo test $(PROFILE) --workspace

bench: bench-speed bench-training ## all that is measured: bench-speed, then bench-training

bench-speed: ## measure how fast kdp checks, plans and finds nothing to do (PEERS=1: beside Snakemake and DVC)
	$(if $(PEERS),benches/peers/setup.sh)
	cargo bench -p kdp $(if $(PEERS),--bench speed -- peers,--bench speed --bench hover)

chaos: build ## kill a hundred runs at any instant, and hold how they end against one left alone
	KDP_CHAOS=$(or $(RUNS),100) cargo test $(PROFILE) -p kdp --test chaos -- --nocapture killed_runs

bench-training: build $(TRAINING)/venv ## time training beside torchdistill and PyTorch, ~25 minutes (ROWS="one mlp" ROUNDS=3)
	$(TRAINING)/venv/bin/python benches/training/bench.py $(ROWS) $(if $(ROUNDS),--rounds $(ROUNDS)) \
	  --kdp $(KDP) --folder $(TRAINING)
	$(if $(ROWS),,$(TRAINING)/venv/bin/python benches/training/costs.py --kdp $(KDP) --folder $(TRAINING))
	$(if $(ROWS),,cargo bench -p kdp-engine --bench limit)
	$(if $(ROWS),,cargo bench -p kdp-engine --bench step)

bench-images: libtorch $(VENV) ## time samples of photographs beside torchvision, in processor time
	$(PYTHON) benches/images/bench.py --folder target/bench/photographs $(if $(ROUNDS),--rounds $(ROUNDS))

$(TRAINING)/venv:
	benches/training/setup.sh $@ || { rm -rf $@; exit 1; }

parity: parity-networks parity-weights parity-images parity-tokens ## hold networks, weights, pixels and tokens against torchvision and transformers: all of these

parity-networks: libtorch $(VENV) ## hold every published network in full size (ONLY="resnet50")
	$(PYTHON) benches/parity/parity.py --folder $(PARITY) $(PARTS)

parity-weights: build $(VENV) ## hold published weights, and encoders that kdp trains and exports
	$(PYTHON) tests/reference/published.py fetch $(PARITY)/published
	KDP_PUBLISHED=$(abspath $(PARITY))/published \
	  benches/parity/ignored.sh published $(PROFILE)
	$(PYTHON) tests/reference/published.py hold $(PARITY)/published
	$(PYTHON) benches/parity/exported.py --kdp $(KDP) --folder $(PARITY)/exported

parity-images: libtorch $(VENV) ## hold the pixels of whole photographs
	$(PYTHON) tests/reference/make_images.py --full $(PARITY)/photographs
	KDP_PARITY_IMAGES=$(abspath $(PARITY)/photographs) \
	  benches/parity/ignored.sh whole_photographs $(PROFILE)

parity-tokens: libtorch $(VENV) ## hold the tokens of 10,000 sentences, which come from PyPI and npm
	$(PYTHON) tests/reference/make_tokens.py --full $(PARITY)/tokens
	KDP_PARITY_TOKENS=$(abspath $(PARITY)/tokens) \
	  benches/parity/ignored.sh tokens_of_ten $(PROFILE)

real-data: build $(VENV) ## train on real data of Debian, npm and PyPI, and hold what kdp reads of it (ONLY="mails reuters")
	$(PYTHON) benches/real/real.py --kdp $(KDP) --folder $(PARITY)/real $(PARTS)

$(VENV): benches/parity/setup.sh
	benches/parity/setup.sh $(PARITY)/venv
	touch $@

build: libtorch ## fetch libtorch and build kdp and its engine
	cargo build $(PROFILE) --workspace

libtorch: ## fetch libtorch into .libtorch/ (nothing to do the second time, or with a LIBTORCH of your own)
	@scripts/setup-libtorch.sh $(KIND)

lint: libtorch ## formatting, clippy, documentation; licences and spelling where the tools are installed
	cargo fmt --all --check
	cargo clippy $(PROFILE) --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings -A rustdoc::private_intra_doc_links" cargo doc $(PROFILE) --workspace --no-deps --document-private-items
	@if cargo deny --version >/dev/null 2>&1; then cargo deny check bans licenses sources; else echo "cargo-deny is not installed: licences not checked"; fi
	@if typos --version >/dev/null 2>&1; then typos; else echo "typos is not installed: spelling not checked"; fi

bless: libtorch ## rewrite the expected output of the golden tests; read the diff before you commit it
	BLESS=1 TRYCMD=overwrite cargo test $(PROFILE) --workspace

fuzz: ## feed parser, checker and formatter with odd files (TIME=300 seconds each; needs cargo-fuzz)
	for target in parse check fmt; do \
	  RUSTC_BOOTSTRAP=1 cargo fuzz run -s none $$target fuzz/corpus/$$target -- \
	    -dict=fuzz/kdp.dict -max_len=4096 -timeout=10 -max_total_time=$(TIME) || exit 1; \
	done
