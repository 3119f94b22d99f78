/// The shell commands around PostgreSQL's own programs.
enum Script {
    /// `as` runs a program as an unprivileged user, because PostgreSQL refuses to run as root; `$programs` is where its programs are.
    private static let common = """
        programs=$(pg_config --bindir 2>/dev/null)
        [ -x "$programs/initdb" ] || programs=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
        [ -x "$programs/initdb" ] || { echo "no initdb found: install PostgreSQL (Debian: apt-get install postgresql)"; exit 1; }
        if [ "$(id -u)" = 0 ]; then
            user=$(id -un postgres 2>/dev/null || echo nobody)
            as() { setpriv --reuid="$user" --regid="$(id -g "$user")" --clear-groups -- "$@"; }
        else
            user=$(id -un)
            as() { "$@"; }
        fi
        start() {
            as "$programs/pg_ctl" start -s -w -t 60 -D "$1/data" -l "$1/log" -o "-c listen_addresses=$(cat "$1/address" 2>/dev/null) -c unix_socket_directories=$1 \
        -c port=5432 -c max_connections=300 -c fsync=off -c full_page_writes=off -c autovacuum=off -c shared_buffers=32MB" </dev/null
        }
        stop() {
            if [ "$2" = kill ]; then
                main=$(head -n 1 "$1/data/postmaster.pid")
                children=$(cat /proc/"$main"/task/*/children)
                kill -KILL "$main"
                # They notice, and only then may another server take the directory.
                for process in $children; do tail -s 0.05 --pid="$process" -f /dev/null; done
                return
            fi
            as "$programs/pg_ctl" stop -s -w -m "$2" -D "$1/data"
        }
        cd /

        """

    /// Prints `ready DIRECTORY`. The directory is short because the path of a socket has at most 107 bytes.
    static let startAndKeep =
        common + """
            trap '' HUP INT TERM PIPE
            directory=$(mktemp -d /tmp/farm-pg.XXXXXX) && chown "$user" "$directory" || exit 1
            trap 'rm -rf "$directory"' EXIT
            as "$programs/initdb" -D "$directory/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync --no-instructions \
                >"$directory/initdb.log" 2>&1 || { cat "$directory/initdb.log"; exit 1; }
            start "$directory" >&2 || { cat "$directory/log"; exit 1; }
            echo "ready $directory"
            read -r _
            # A test may have left the server halted.
            kill -CONT $(head -n 1 "$directory/data/postmaster.pid") 2>/dev/null
            stop "$directory" immediate >/dev/null 2>&1
            """

    static let start = common + "start \"$1\""
    static let stop = common + "stop \"$1\" \"$2\""

    /// `DIRECTORY ADDRESS`: starts the server anew; it listens there, too, for whoever comes from that network.
    static let listen =
        common + """
            echo "host all all $2/30 trust" >>"$1/data/pg_hba.conf"
            echo "$2" >"$1/address"
            stop "$1" fast && start "$1"
            """

    static let signal =
        common + """
            main=$(head -n 1 "$1/data/postmaster.pid")
            # The main process first: halted, it starts no others. Of the others one may just have ended.
            kill -"$2" "$main" || exit 1
            for process in $(cat /proc/"$main"/task/*/children); do
                kill -"$2" "$process" 2>/dev/null || [ ! -e "/proc/$process" ] || exit 1
            done
            """
}
