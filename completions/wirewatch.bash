# bash completion for wirewatch(1).  Verbs, options and operands are asked of the tool itself, the
# names of feeds and topics of the running daemon.

# Candidates, a line each on standard input, that begin with $1.
_wirewatch_offer() {
	local line

	while IFS= read -r line; do
		[[ $line == "$1"* ]] && COMPREPLY+=("$(printf '%q' "$line")")
	done
}

_wirewatch_files() {
	local IFS=$'\n'

	compopt -o filenames 2>/dev/null
	# shellcheck disable=SC2207 # mapfile cannot append
	COMPREPLY+=($(compgen -f -- "$1"))
}

# What may stand as an operand: its own words (list, retry), files, names.
_wirewatch_operands() {
	local tool=$1 operands=$2 current=$3

	_wirewatch_offer "$current" < <(grep -o '\b[a-z][a-z]*\b' <<<"${operands//.jsonl/}")
	[[ $operands == *FILE* || $operands == *PATH* || $operands == *ARTICLES* ]] && _wirewatch_files "$current"
	[[ $operands == *FEED* ]] && _wirewatch_offer "$current" < <("$tool" --complete feeds 2>/dev/null)
	[[ $operands == *TOPIC* ]] && _wirewatch_offer "$current" < <("$tool" --complete topics 2>/dev/null)
}

_wirewatch() {
	local tool=${COMP_WORDS[0]} current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
	local lines

	COMPREPLY=()
	if ((COMP_CWORD == 1)); then
		_wirewatch_offer "$current" < <("$tool" --complete verbs | cut -f 1; echo --help; echo --version)
		return
	fi
	lines=$("$tool" "${COMP_WORDS[1]}" --complete 2>/dev/null) || return
	# The shell takes --name=value for three words.
	if [[ $current == = ]]; then
		_wirewatch_files ""
	elif [[ $before == = || $before == --* ]] &&
		grep -q "^${before/#=/${COMP_WORDS[COMP_CWORD - 2]}}"$'\t[A-Z]' <<<"$lines"; then
		_wirewatch_files "$current"
	elif [[ $current == -* ]]; then
		_wirewatch_offer "$current" < <(cut -f 1 <<<"$lines" | grep .)
	else
		_wirewatch_operands "$tool" "$(grep $'^\t' <<<"$lines")" "$current"
	fi
}

complete -F _wirewatch wirewatch
