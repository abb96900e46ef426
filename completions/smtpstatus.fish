# fish completion for smtpstatus(1)

function __smtpstatus_languages
    smtpstatus list languages --format csv 2>/dev/null | sed -n '2,$s/,.*//p'
end

set -l first __fish_use_subcommand
set -l any '__fish_seen_subcommand_from explain list rules bounce log report group'
set -l reads '__fish_seen_subcommand_from explain group'
set -l lists '__fish_seen_subcommand_from list'
set -l rules '__fish_seen_subcommand_from rules'
set -l bounces '__fish_seen_subcommand_from bounce'
set -l logs '__fish_seen_subcommand_from log'
set -l records '__fish_seen_subcommand_from log report'
set -l reports '__fish_seen_subcommand_from report'
set -l groups '__fish_seen_subcommand_from group'

complete -c smtpstatus -f
complete -c smtpstatus -l help -d 'Show help'
complete -c smtpstatus -l version -d 'Show the version'

complete -c smtpstatus -n $first -a explain -d 'Say what a code, a name or a reply means'
complete -c smtpstatus -n $first -a list -d 'List codes, reasons and other terms'
complete -c smtpstatus -n $first -a rules -d 'Check rules, or show which ones match'
complete -c smtpstatus -n $first -a bounce -d 'Say why mail came back, and what to do'
complete -c smtpstatus -n $first -a log -d 'Say what became of every mail'
complete -c smtpstatus -n $first -a report -d 'Say what to mend first, and what became of all mail'
complete -c smtpstatus -n $first -a group -d 'Count replies that are alike'

complete -c smtpstatus -n $any -l lang -x -a '(__smtpstatus_languages)' -d 'Language of texts and labels'
complete -c smtpstatus -n $any -l rules -r -F -d 'Rules of your own'
complete -c smtpstatus -n '__fish_seen_subcommand_from explain rules bounce log group' -l format -x \
    -a 'text jsonl csv' -d 'How to write the answer'

complete -c smtpstatus -n $reads -l file -r -F -d 'Read replies from a file'
complete -c smtpstatus -n $reads -l input -x -a 'lines smtp jsonl' -d 'What the input holds'
complete -c smtpstatus -n '__fish_seen_subcommand_from explain bounce log report group' -l strict \
    -d 'Exit status 1 if some input was not understood'
complete -c smtpstatus -n $reads -l strict-syntax -d 'Refuse replies that RFC 5321 does not allow'
complete -c smtpstatus -n '__fish_seen_subcommand_from explain list bounce log report group' -l csv-safe \
    -d 'Guard cells that a spreadsheet takes for formulas'

complete -c smtpstatus -n '__fish_seen_subcommand_from explain bounce log' -l explain \
    -d 'Add the texts to jsonl and csv'
complete -c smtpstatus -n $groups -l unknown -d 'Only replies whose reason is unknown'
complete -c smtpstatus -n $groups -F

complete -c smtpstatus -n '__fish_seen_subcommand_from bounce log report' -l jobs -x -d 'How many threads'
complete -c smtpstatus -n $bounces -F

complete -c smtpstatus -n $records -l log-format -x \
    -a 'postfix exim sendmail opensmtpd qmail courier dovecot haraka exchange powermta kumomta chasquid dma nullmailer' \
    -d 'Read lines of one log format only'
complete -c smtpstatus -n $records -l year -x -d 'Year of the first stamp that has none'
complete -c smtpstatus -n $records -l tz -x -a 'Z local' -d 'Zone of times without one'
complete -c smtpstatus -n $records -l direction -x -a 'out in' -d 'Mail sent from here or refused here'
complete -c smtpstatus -n $records -l kind -x -a 'delivered relayed expanded delayed failed in-doubt' \
    -d 'Only these kinds'
complete -c smtpstatus -n $records -l reason -x \
    -a "(smtpstatus list reasons --format csv 2>/dev/null | sed -n '2,\$s/,.*//p')" -d 'Only these reasons'
complete -c smtpstatus -n $records -l permanence -x -a 'transient permanent unknown' \
    -d 'Only failures as lasting as that'
complete -c smtpstatus -n $records -l provider -x \
    -a "(smtpstatus list providers --format csv 2>/dev/null | sed -n '2,\$s/,.*//p')" \
    -d 'Only replies of these providers'
complete -c smtpstatus -n $records -l domain -x -d 'Only recipients there'
complete -c smtpstatus -n $records -l sender -x -d 'Only these senders or their domains'
complete -c smtpstatus -n $records -l since -x -a 'today yesterday' -d 'From that time on'
complete -c smtpstatus -n $records -l until -x -a 'today yesterday' -d 'Before that time'
complete -c smtpstatus -n $logs -l follow -d 'Go on with what is written'
complete -c smtpstatus -n $logs -l state -r -F -d 'Go on where the last run ended'
complete -c smtpstatus -n $logs -F

complete -c smtpstatus -n $reports -l format -x -a 'text html json csv' -d 'How to write the report'
complete -c smtpstatus -n $reports -s o -l output -r -F -d 'Write to a file'
complete -c smtpstatus -n $reports -l suppress-list -r -F -d 'Write the addresses to stop mailing'
complete -c smtpstatus -n $reports -l compare -r -F -d 'What got better or worse since then'
complete -c smtpstatus -n $reports -l anonymize -d 'Pseudonyms for local parts and internal hosts'
complete -c smtpstatus -n $reports -F

complete -c smtpstatus -n $lists -a 'codes enhanced classes languages reasons providers rules'
complete -c smtpstatus -n $lists -l format -x -a 'text jsonl csv md' -d 'How to write the list'

complete -c smtpstatus -n $rules -a 'check which'
complete -c smtpstatus -n $rules -F
