# bash completion for smtpstatus(1)

_smtpstatus_words() {
    COMPREPLY=()
    local word
    while IFS= read -r word; do
        COMPREPLY+=("$word")
    done < <(compgen -W "$1" -- "${COMP_WORDS[COMP_CWORD]}")
}

_smtpstatus_files() {
    COMPREPLY=()
    local word
    compopt -o filenames 2>/dev/null
    while IFS= read -r word; do
        COMPREPLY+=("$word")
    done < <(compgen -f -- "${COMP_WORDS[COMP_CWORD]}")
}

# Words, or options where one has been begun. Where neither fits, bash goes on to file names.
_smtpstatus_either() {
    case ${COMP_WORDS[COMP_CWORD]} in
    -*) _smtpstatus_words "$2" ;;
    *) _smtpstatus_words "$1" ;;
    esac
}

# The first word that is no option, from the second on.
_smtpstatus_command() {
    local i
    for ((i = 1; i < COMP_CWORD; i++)); do
        case ${COMP_WORDS[i]} in
        -*) ;;
        *)
            printf '%s' "${COMP_WORDS[i]}"
            return
            ;;
        esac
    done
}

_smtpstatus() {
    local command
    command=$(_smtpstatus_command)
    case ${COMP_WORDS[COMP_CWORD - 1]} in
    --file | --rules | --state | --output | -o | --suppress-list | --compare)
        _smtpstatus_files
        return
        ;;
    --input)
        _smtpstatus_words "lines smtp jsonl"
        return
        ;;
    --format)
        if [ "$command" = list ]; then
            _smtpstatus_words "text md csv jsonl"
        elif [ "$command" = report ]; then
            _smtpstatus_words "text html json csv"
        else
            _smtpstatus_words "text jsonl csv"
        fi
        return
        ;;
    --log-format)
        _smtpstatus_words "postfix exim sendmail opensmtpd qmail courier dovecot haraka exchange powermta kumomta chasquid dma nullmailer"
        return
        ;;
    --direction)
        _smtpstatus_words "out in"
        return
        ;;
    --kind)
        _smtpstatus_words "delivered relayed expanded delayed failed in-doubt"
        return
        ;;
    --permanence)
        _smtpstatus_words "transient permanent unknown"
        return
        ;;
    --reason | --provider)
        _smtpstatus_words "$(smtpstatus list "${COMP_WORDS[COMP_CWORD - 1]#--}s" --format csv 2>/dev/null |
            sed -n '2,$s/,.*//p')"
        return
        ;;
    --tz)
        _smtpstatus_words "Z local"
        return
        ;;
    --since | --until)
        _smtpstatus_words "today yesterday"
        return
        ;;
    --password-file | --netrc | --ca | --cert | --key | --transcript | --attach)
        _smtpstatus_files
        return
        ;;
    --tls)
        _smtpstatus_words "required opportunistic off"
        return
        ;;
    --tls-min)
        _smtpstatus_words "1.2 1.3"
        return
        ;;
    --auth)
        _smtpstatus_words "PLAIN LOGIN CRAM-MD5 SCRAM-SHA-1 SCRAM-SHA-256 XOAUTH2 OAUTHBEARER EXTERNAL"
        return
        ;;
    --quit-after)
        _smtpstatus_words "connect ehlo tls auth mail rcpt"
        return
        ;;
    --lang)
        _smtpstatus_words "$(smtpstatus list languages --format csv 2>/dev/null | sed -n '2,$s/,.*//p')"
        return
        ;;
    esac
    local common="--format --lang --rules --help --version"
    local wanted="--direction --kind --reason --permanence --provider --domain --sender --since --until"
    local reads="--file --input --strict --strict-syntax --csv-safe"
    local session="--from --to --lmtp --ehlo --user --password-file --password-env --netrc --auth --auth-as"
    session="$session --auth-clear --tls --tls-min --tls-name --tls-no-verify --ca --cert --key --no-pipelining"
    session="$session --ipv4 --ipv6 --timeout --transcript --explain --csv-safe"
    local mail="--server --subject --body --attach --requiretls --dsn --ret --envid --size --chunking --binary"
    mail="$mail --prdr --deliver-by --hold-for --priority"
    case $command in
    explain) _smtpstatus_either "" "$reads --explain $common" ;;
    bounce) _smtpstatus_either "" "--explain --strict --csv-safe --jobs $common" ;;
    log) _smtpstatus_either "" "--explain --strict --csv-safe --jobs --log-format --year --tz $wanted --follow --state $common" ;;
    report) _smtpstatus_either "" "--output --suppress-list --compare --anonymize --strict --csv-safe --jobs --log-format --year --tz $wanted $common" ;;
    list) _smtpstatus_either "codes enhanced classes languages reasons providers rules" "--csv-safe $common" ;;
    rules) _smtpstatus_either "check which" "$common" ;;
    group) _smtpstatus_either "" "$reads --unknown $common" ;;
    send) _smtpstatus_either "" "$mail $session $common" ;;
    probe) _smtpstatus_either "" "--quit-after --vrfy --expn $session $common" ;;
    *) _smtpstatus_either "explain list rules bounce log report group send probe" "--help --version" ;;
    esac
}

complete -o default -F _smtpstatus smtpstatus
