# fish completion for smtpstatus(1)

function __smtpstatus_languages
    smtpstatus list languages --format csv 2>/dev/null | sed -n '2,$s/,.*//p'
end

set -l first __fish_use_subcommand
set -l any '__fish_seen_subcommand_from explain list rules bounce log report group send probe'
set -l reads '__fish_seen_subcommand_from explain group'
set -l sends '__fish_seen_subcommand_from send'
set -l probes '__fish_seen_subcommand_from probe'
set -l sessions '__fish_seen_subcommand_from send probe'
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
complete -c smtpstatus -n $first -a send -d 'Send a message, and see what becomes of it'
complete -c smtpstatus -n $first -a probe -d 'Show what a server says and offers'
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

complete -c smtpstatus -n $sends -F
complete -c smtpstatus -n $sends -l server -x -d 'Where to'
complete -c smtpstatus -n $sends -l subject -x -d 'Compose with this subject'
complete -c smtpstatus -n $sends -l body -x -d 'Compose with this text'
complete -c smtpstatus -n $sends -l attach -r -F -d 'Compose with this file'
complete -c smtpstatus -n $sends -l requiretls -d 'TLS all the way'
complete -c smtpstatus -n $sends -l dsn -x -a 'never success failure delay' -d 'Ask for reports'
complete -c smtpstatus -n $sends -l ret -x -a 'full hdrs' -d 'What a report returns'
complete -c smtpstatus -n $sends -l envid -x -d 'Identifier for reports'
complete -c smtpstatus -n $sends -l size -x -d 'Announce this size'
complete -c smtpstatus -n $sends -l chunking -d 'Send by BDAT'
complete -c smtpstatus -n $sends -l binary -d 'Send bytes as they are'
complete -c smtpstatus -n $sends -l prdr -d 'An answer for each recipient'
complete -c smtpstatus -n $sends -l deliver-by -x -d 'Or it comes back'
complete -c smtpstatus -n $sends -l hold-for -x -d 'Let the server keep it'
complete -c smtpstatus -n $sends -l priority -x -d 'From -9 to 9'
complete -c smtpstatus -n $probes -l quit-after -x -a 'connect ehlo tls auth mail rcpt' -d 'How far to go'
complete -c smtpstatus -n $probes -l vrfy -x -d 'Ask for an address'
complete -c smtpstatus -n $probes -l expn -x -d 'Ask for a list'
complete -c smtpstatus -n $sessions -l format -x -a 'text jsonl csv' -d 'How to write the answer'
complete -c smtpstatus -n $sessions -l explain -d 'Add the texts to jsonl and csv'
complete -c smtpstatus -n $sessions -l csv-safe -d 'Guard cells that a spreadsheet takes for formulas'
complete -c smtpstatus -n $sessions -l from -x -d 'Envelope sender'
complete -c smtpstatus -n $sessions -l to -x -d 'Envelope recipient'
complete -c smtpstatus -n $sessions -l lmtp -d 'Speak LMTP'
complete -c smtpstatus -n $sessions -l ehlo -x -d 'Name of this machine'
complete -c smtpstatus -n $sessions -l user -x -d 'Log in as'
complete -c smtpstatus -n $sessions -l password-file -r -F -d 'The password is its first line'
complete -c smtpstatus -n $sessions -l password-env -x -d 'The password is in a variable'
complete -c smtpstatus -n $sessions -l netrc -r -F -d 'The password is in a netrc file'
complete -c smtpstatus -n $sessions -l auth -x -a 'PLAIN LOGIN CRAM-MD5 SCRAM-SHA-1 SCRAM-SHA-256 XOAUTH2 OAUTHBEARER EXTERNAL' -d 'Only this mechanism'
complete -c smtpstatus -n $sessions -l auth-as -x -d 'Act as another user'
complete -c smtpstatus -n $sessions -l auth-clear -d 'Hand the password over without TLS, too'
complete -c smtpstatus -n $sessions -l tls -x -a 'required opportunistic off' -d 'Whether to encrypt'
complete -c smtpstatus -n $sessions -l tls-min -x -a '1.2 1.3' -d 'Lowest version of TLS'
complete -c smtpstatus -n $sessions -l tls-name -x -d 'Name that the certificate is to be for'
complete -c smtpstatus -n $sessions -l tls-no-verify -d 'Go on with any certificate'
complete -c smtpstatus -n $sessions -l ca -r -F -d 'Trust these certificates'
complete -c smtpstatus -n $sessions -l cert -r -F -d 'Certificate of this side'
complete -c smtpstatus -n $sessions -l key -r -F -d 'Its key'
complete -c smtpstatus -n $sessions -l no-pipelining -d 'One command after the other'
complete -c smtpstatus -n $sessions -l ipv4 -d 'Only IPv4 addresses'
complete -c smtpstatus -n $sessions -l ipv6 -d 'Only IPv6 addresses'
complete -c smtpstatus -n $sessions -l timeout -x -d 'Wait so long for each reply'
complete -c smtpstatus -n $sessions -l transcript -r -F -d 'Write all that goes to and fro'
