# What a few packages need beside the common steps: functions before_NAME and after_NAME, called around the linking of files.

# Puts a script in the place of a program that sets variables and runs it: wrap PROGRAM NAME=VALUE...
wrap() {
    local program=$1 directory=${1%/*} name=${1##*/} variable
    shift
    mv "$program" "$directory/.$name-wrapped"
    {
        printf '#!%s/bin/bash\n' "$shell"
        for variable in "$@"; do
            printf 'export %s\n' "$variable"
        done
        # shellcheck disable=SC2016
        printf 'exec -a "$0" %s/.%s-wrapped "$@"\n' "$directory" "$name"
    } >"$program"
    chmod 755 "$program"
}

after_bash() {
    ln -s bash "$out/bin/sh"
}

# Perl's search path is compiled in. Its own directories go before all others, as scripts' `use lib` goes before them.
after_perl() {
    local directories=() directory program
    for directory in "$out"/lib/perl/5* "$out"/share/perl/5* "$out"/lib/perl-base; do
        [[ -L $directory || ! -d $directory ]] || directories+=("$directory")
    done
    # /usr/bin/perl5.36.0 is the same program once more.
    for program in "$out"/bin/perl5*; do
        [[ ! -f $program ]] || ln -sfn perl "$program"
    done
    wrap "$out/bin/perl" "PERL5LIB=\${PERL5LIB:+\$PERL5LIB:}$(IFS=:; printf '%s' "${directories[*]}")"
}

# Modules of other packages in an image are linked to one directory. A thread's end needs libgcc_s, which the C library
# looks for in the directories of a Debian system only: loaded from the start, it is there.
before_python3() {
    local program library
    for library in "$out"/lib/python3.*; do
        rm -f "$library/sitecustomize.py"
        echo 'import site; site.addsitedir("/lib/python3/dist-packages")' >"$library/sitecustomize.py"
    done
    for program in "$out"/bin/python3.*; do
        [[ -L $program ]] || patchelf --add-needed libgcc_s.so.1 "$program"
    done
}

before_git() {
    local module
    # The scripts look for git's Perl modules where Debian puts them.
    find "$out/lib/git-core" "$out/share" -type f -print0 | xargs -0 grep -lIZ /usr/share/perl5 | xargs -0 -r sed -i "s,/usr/share/perl5,$out/share/perl5,g"
}

after_git() {
    local search_path='' name
    # Commands that are scripts use a few programs that Debian expects everywhere.
    for name in sed grep basename; do
        find_program "$name" || continue
        [[ $search_path: == *":${program%/*}:"* ]] || search_path+=:${program%/*}
    done
    wrap "$out/bin/git" \
        "GIT_EXEC_PATH=\${GIT_EXEC_PATH-$out/lib/git-core}" \
        "GIT_TEMPLATE_DIR=\${GIT_TEMPLATE_DIR-$out/share/git-core/templates}" \
        "PATH=\$PATH$search_path"
}

# Programs with a screen look for the descriptions of terminals in /lib/terminfo, where an image links them.
link_terminal_descriptions() {
    local store_path
    for store_path in "${reachable[@]}"; do
        if [[ -d $store_path/lib/terminfo ]]; then
            mkdir -p "$out/lib"
            ln -s "$store_path/lib/terminfo" "$out/lib/terminfo"
        fi
    done
}

after_nano() {
    link_terminal_descriptions
}

after_htop() {
    link_terminal_descriptions
}

after_less() {
    link_terminal_descriptions
}

# A configuration that serves a page on port 8080 in an image without Debian's users and directories (read from /etc/nginx there).
after_nginx() {
    local kind
    mkdir -p "$out/etc/nginx" "$out/share/nginx/html"
    echo '<!doctype html><title>nixery-farm</title><p>nginx from the demo package set.</p>' >"$out/share/nginx/html/index.html"
    {
        printf 'daemon off;\nuser root root;\npid /tmp/nginx.pid;\nerror_log /dev/stderr;\n'
        printf 'events {}\nhttp {\n    access_log /dev/stdout;\n'
        for kind in client_body proxy fastcgi uwsgi scgi; do
            printf '    %s_temp_path /tmp/nginx-%s;\n' "$kind" "$kind"
        done
        printf '    default_type text/html;\n    server {\n        listen 8080;\n        root %s/share/nginx/html;\n    }\n}\n' "$out"
    } >"$out/etc/nginx/nginx.conf"
}

# One file with all certificates, where programs of Nix packages look for it.
after_nss-cacert() {
    local certificates=("$out"/share/ca-certificates/mozilla/*.crt)
    if ((${#certificates[@]} == 0)); then
        echo "ca-certificates has no certificates in share/ca-certificates/mozilla" >&2
        exit 1
    fi
    mkdir -p "$TMPDIR/certs"
    awk 1 "${certificates[@]}" >"$TMPDIR/certs/ca-bundle.crt"
    rm -r "${out:?}"/*
    mkdir -p "$out/etc/ssl/certs"
    cp "$TMPDIR/certs/ca-bundle.crt" "$out/etc/ssl/certs/"
}
