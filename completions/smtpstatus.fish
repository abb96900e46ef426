# fish completion for smtpstatus(1)

function __smtpstatus_languages
    smtpstatus list languages --format csv 2>/dev/null | sed -n '2,$s/,.*//p'
end

set -l first __fish_use_subcommand
set -l any '__fish_seen_subcommand_from explain list rules bounce group'
set -l reads '__fish_seen_subcommand_from explain group'
set -l lists '__fish_seen_subcommand_from list'
set -l rules '__fish_seen_subcommand_from rules'
set -l bounces '__fish_seen_subcommand_from bounce'
set -l groups '__fish_seen_subcommand_from group'

complete -c smtpstatus -f
complete -c smtpstatus -l help -d 'Show help'
complete -c smtpstatus -l version -d 'Show the version'

complete -c smtpstatus -n $first -a explain -d 'Say what a code, a name or a reply means'
complete -c smtpstatus -n $first -a list -d 'List codes, reasons and other terms'
complete -c smtpstatus -n $first -a rules -d 'Check rules, or show which ones match'
complete -c smtpstatus -n $first -a bounce -d 'Say why mail came back, and what to do'
complete -c smtpstatus -n $first -a group -d 'Count replies that are alike'

complete -c smtpstatus -n $any -l lang -x -a '(__smtpstatus_languages)' -d 'Language of texts and labels'
complete -c smtpstatus -n $any -l rules -r -F -d 'Rules of your own'
complete -c smtpstatus -n '__fish_seen_subcommand_from explain rules bounce group' -l format -x \
    -a 'text jsonl csv' -d 'How to write the answer'

complete -c smtpstatus -n $reads -l file -r -F -d 'Read replies from a file'
complete -c smtpstatus -n $reads -l input -x -a 'lines smtp jsonl' -d 'What the input holds'
complete -c smtpstatus -n '__fish_seen_subcommand_from explain bounce group' -l strict \
    -d 'Exit status 1 if some input was not understood'
complete -c smtpstatus -n $reads -l strict-syntax -d 'Refuse replies that RFC 5321 does not allow'
complete -c smtpstatus -n '__fish_seen_subcommand_from explain list bounce group' -l csv-safe \
    -d 'Guard cells that a spreadsheet takes for formulas'

complete -c smtpstatus -n '__fish_seen_subcommand_from explain bounce' -l explain \
    -d 'Add the texts to jsonl and csv'
complete -c smtpstatus -n $groups -l unknown -d 'Only replies whose reason is unknown'
complete -c smtpstatus -n $groups -F

complete -c smtpstatus -n $bounces -l jobs -x -d 'How many threads'
complete -c smtpstatus -n $bounces -F

complete -c smtpstatus -n $lists -a 'codes enhanced classes languages reasons providers rules'
complete -c smtpstatus -n $lists -l format -x -a 'text jsonl csv md' -d 'How to write the list'

complete -c smtpstatus -n $rules -a 'check which'
complete -c smtpstatus -n $rules -F
