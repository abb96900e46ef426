# fish completion for smtpstatus(1)

function __smtpstatus_languages
    smtpstatus list languages --format csv 2>/dev/null | sed -n '2,$s/,.*//p'
end

complete -c smtpstatus -f
complete -c smtpstatus -l help -d 'Show help'
complete -c smtpstatus -n __fish_use_subcommand -l version -d 'Show the version'

complete -c smtpstatus -n __fish_use_subcommand -a explain -d 'Say what a code, a name or a reply means'
complete -c smtpstatus -n __fish_use_subcommand -a list -d 'List codes, reasons and other terms'
complete -c smtpstatus -n __fish_use_subcommand -a rules -d 'Check rule files, or show which rules match'
complete -c smtpstatus -n __fish_use_subcommand -a group -d 'Bring replies to templates and count them'

set -l reads '__fish_seen_subcommand_from explain group'
complete -c smtpstatus -n $reads -l input -x -a 'lines smtp jsonl' -d 'What the input holds'
complete -c smtpstatus -n $reads -l format -x -a 'text jsonl csv' -d 'How to write the answer'
complete -c smtpstatus -n $reads -l rules -r -F -d 'Rules of your own'

set -l explains '__fish_seen_subcommand_from explain'
complete -c smtpstatus -n $explains -l file -r -F -d 'Read replies from a file'
complete -c smtpstatus -n $explains -l explain -d 'Add the texts to jsonl and csv'
complete -c smtpstatus -n $explains -l strict-syntax -d 'Refuse oddities of syntax'
complete -c smtpstatus -n $explains -l strict -d 'Status 1 if some input was not understood'
complete -c smtpstatus -n $explains -l csv-safe -d 'Guard cells that a spreadsheet would take for formulas'

set -l groups '__fish_seen_subcommand_from group'
complete -c smtpstatus -n $groups -l unknown -d 'Only what no rule covers'
complete -c smtpstatus -n $groups -F

set -l lists '__fish_seen_subcommand_from list'
complete -c smtpstatus -n $lists -a 'codes enhanced classes languages reasons providers rules'
complete -c smtpstatus -n $lists -l format -x -a 'text md csv jsonl' -d 'How to write the list'

complete -c smtpstatus -n '__fish_seen_subcommand_from explain group list' -l lang -x \
    -a '(__smtpstatus_languages)' -d 'Language of the texts'

set -l rules '__fish_seen_subcommand_from rules'
complete -c smtpstatus -n $rules -a 'check which'
complete -c smtpstatus -n $rules -F
