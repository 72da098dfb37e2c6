#!/bin/sh
# Makes daemon/dedup/similarity_weights.c and relation_weights.c anew.
#
# usage: train_stories.sh BUILD WORK CORPUS [SETS...]
#
# CORPUS is shared/corpus/stories; SETS are names of archives in WORK: NAME.jsonl with its truth
# NAME.tsv; none: all that make_story_archives.py and make_stock_archives.py make there, which is
# done first.  These are what the weights in the tree were made from; docs/STORIES.md says how they
# were measured.  The same archives give the same tables, which are left in WORK.
set -eu

build=$1 work=$2 corpus=$3
shift 3
here=$(dirname "$0")
[ -f "$corpus/storyscore.py" ] || { echo "no corpus: $corpus" >&2; exit 2; }
if [ $# -eq 0 ]; then
    python3 "$here/make_story_archives.py" "$corpus" "$work"
    python3 "$here/make_stock_archives.py" "$work"
    set -- dev a0 a1 a2 a3 b0 b1 b2 b3 w0 w1 s0 s1 s2 s3
fi
cc -O2 -D_GNU_SOURCE "$here/train_network.c" -o "$work/train_network" -lm

similarity='' relation=''
for set in "$@"; do
    "$build/tests/unit/dedup/replay_file" "$work/$set.jsonl" --truth "$work/$set.tsv" |
        awk '{ printf "%s 1", $1; for (i = 9; i <= NF; i++) printf " %s", $i; print "" }' \
            > "$work/$set.similarity"
    "$build/tests/unit/dedup/replay_file" "$work/$set.jsonl" --relations "$work/$set.tsv" |
        python3 "$here/label_relations.py" "$work/$set.tsv" > "$work/$set.relation"
    similarity="$similarity $work/$set.similarity" relation="$relation $work/$set.relation"
done

# Names of files hold no spaces.
{
    printf '/* Made by tests/support/train_stories.sh: do not edit. */\n'
    printf '#include "dedup/similarity_model.h"\n\n'
    # shellcheck disable=SC2086
    "$work/train_network" similarity 1 16 3 60 2e-5 $similarity
} > "$work/similarity_weights.c"
{
    printf '/* Made by tests/support/train_stories.sh: do not edit. */\n'
    printf '#include "dedup/relation.h"\n\n'
    # shellcheck disable=SC2086
    "$work/train_network" relation 3 8 3 60 3e-5 $relation
} > "$work/relation_weights.c"
