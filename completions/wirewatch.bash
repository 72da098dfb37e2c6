# bash completion for wirewatch(1).  Verbs, options and operands are asked of the tool itself, the
# names of feeds, topics and hooks of the running daemon.

# Candidates, a line each on standard input, that begin with $1.
_wirewatch_offer() {
	local line

	while IFS= read -r line; do
		[[ $line && $line == "$1"* ]] && COMPREPLY+=("$(printf '%q' "$line")")
	done
}

_wirewatch_files() {
	local IFS=$'\n'

	compopt -o filenames 2>/dev/null
	# shellcheck disable=SC2207 # mapfile cannot append
	COMPREPLY+=($(compgen -f -- "$1"))
}

# The names and files that $2 (FEED, TOPIC, FILE and so on) stands for.
_wirewatch_values() {
	local tool=$1 meant=$2 current=$3

	[[ $meant == *FILE* || $meant == *PATH* || $meant == *ARTICLES* ]] && _wirewatch_files "$current"
	[[ $meant == *FEED* ]] && _wirewatch_offer "$current" < <("$tool" --complete feeds 2>/dev/null)
	[[ $meant == *TOPIC* ]] && _wirewatch_offer "$current" < <("$tool" --complete topics 2>/dev/null)
	[[ $meant == *HOOK* ]] && _wirewatch_offer "$current" < <("$tool" --complete hooks 2>/dev/null)
}

# What may stand as an operand: the verb's own words (list, retry), of which there is one, and values.
_wirewatch_operands() {
	local tool=$1 operands=$2 current=$3 before=$4 words

	words=$(grep -o '\b[a-z][a-z]*\b' <<<"${operands//.jsonl/}")
	grep -qx -e "$before" <<<"$words" || _wirewatch_offer "$current" <<<"$words"
	_wirewatch_values "$tool" "$operands" "$current"
}

# What the argument of option $2 is, as the tool calls it (FILE, N), from its lines $1.
_wirewatch_argument() {
	grep "^$2"$'\t[A-Z]' <<<"$1" | cut -f 2
}

_wirewatch() {
	local tool=${COMP_WORDS[0]} current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
	local lines meant=

	COMPREPLY=()
	if ((COMP_CWORD == 1)); then
		_wirewatch_offer "$current" < <("$tool" --complete verbs | cut -f 1; echo --help; echo --version)
		return
	fi
	lines=$("$tool" "${COMP_WORDS[1]}" --complete 2>/dev/null) || return
	# The shell takes --name=value for three words.
	if [[ $current == = ]]; then
		current=
	elif [[ $before == = ]]; then
		before=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	[[ $before == --* ]] && meant=$(_wirewatch_argument "$lines" "$before")
	if [[ $meant ]]; then
		_wirewatch_values "$tool" "$meant" "$current"
	elif [[ $current == -* ]]; then
		_wirewatch_offer "$current" < <(cut -f 1 <<<"$lines" | grep .)
	else
		_wirewatch_operands "$tool" "$(grep $'^\t' <<<"$lines")" "$current" "$before"
	fi
}

complete -F _wirewatch wirewatch
