# Turns the .deb files of one derivation into store paths: unpack, flatten, drop manuals, link programs to the store.
#
# The environment says what to do:
#   outputs, debs_OUTPUT   the outputs and the .deb files that go into each
#   dependencies           what Debian says this package depends on; `closure` adds their dependencies in turn
#   shell                  the bash to run scripts with; empty for bash and what bash itself is made of
#   triplet                Debian's name of the machine, as in /usr/lib/x86_64-linux-gnu
#   hooks                  functions for the few packages that need more, `package` is their name
# Works across machines: nothing that is unpacked is run.

set -o errexit -o nounset -o pipefail
shopt -s nullglob dotglob
export PATH=/usr/bin:/bin:/usr/sbin:/sbin LC_ALL=C
umask 022

read -r -a output_names <<<"$outputs"
read -r -a direct <<<"$dependencies"
read -r -a reachable <<<"$closure"

for tool in dpkg-deb tar readelf patchelf; do
    if ! type -P "$tool" >/dev/null; then
        echo "The builder of the demo packages needs $tool on this machine (apt-get install dpkg tar binutils patchelf)." >&2
        exit 1
    fi
done

# Where a path of a Debian system is found in an output.
installed_path() {
    local path=$1
    path=${path#/usr}
    case $path in
        /lib/"$triplet" | /lib/"$triplet"/*) path=/lib${path#/lib/"$triplet"} ;;
        /lib64/*) path=/lib/${path#/lib64/} ;;
        /sbin/*) path=/bin/${path#/sbin/} ;;
        /games/*) path=/bin/${path#/games/} ;;
    esac
    printf '%s' "$path"
}

# Modes are taken without setuid and setgid, which Nix refuses in its store.
unpack() {
    local output=$1 root=$2 deb
    local -n debs=debs_$output
    mkdir -p "$root"
    for deb in $debs; do
        dpkg-deb --fsys-tarfile "$deb" | tar --extract --directory="$root" --no-same-owner --no-same-permissions
    done
    chmod -R u+w,u-s,g-s "$root"
}

# Moves the contents of one directory into another, which wins nothing: later files replace earlier ones.
merge() {
    if [[ -d $1 && ! -L $1 ]]; then
        mkdir -p "$2"
        cp -a --remove-destination "$1/." "$2/"
        rm -r "$1"
    fi
}

flatten() {
    local root=$1 directory
    rm -rf "${root:?}/lib64" "${root:?}/usr/lib64" "${root:?}/var" "${root:?}/run"
    merge "$root/usr" "$root"
    mkdir -p "$root/lib"
    merge "$root/lib/$triplet" "$root/lib"
    merge "$root/sbin" "$root/bin"
    merge "$root/games" "$root/bin"
    for directory in doc doc-base man info locale lintian bug menu; do
        rm -rf "${root:?}/share/$directory"
    done
    find "$root" -mindepth 1 -type d -empty -delete
}

# Links are written down with the place they lead to on a Debian system before anything moves...
list_links() {
    find "$1" -type l -printf '/%P\0%l\0'
}

# ...and made anew after: relative within an output, absolute into another one or a dependency.
relink() {
    local root=$1 list=$2 link target place candidate
    while IFS= read -r -d '' link && IFS= read -r -d '' target; do
        [[ $target == /* ]] || target=$(realpath --canonicalize-missing --no-symlinks "${link%/*}/$target")
        link=$root$(installed_path "$link")
        place=$(installed_path "$target")
        [[ -L $link ]] || continue
        if [[ $link == "$root$place" ]]; then
            rm "$link"
        elif [[ -e $root$place || -L $root$place ]]; then
            ln -sfnr "$root$place" "$link"
        else
            rm "$link"
            for candidate in "${all_outputs[@]}" "${reachable[@]}"; do
                if [[ -e $candidate$place ]]; then
                    ln -s "$candidate$place" "$link"
                    break
                fi
            done
            [[ -L $link ]] || echo "left out: ${link#"$root"}, which leads to $target, part of no dependency"
        fi
    done <"$list"
}

# Sets `interpreter` and `needed` to what an ELF file asks for; fails for files without a dynamic section.
read_elf() {
    local line
    interpreter='' needed=() dynamic=''
    while IFS= read -r line; do
        case $line in
            *'Requesting program interpreter: '*) interpreter=${line##*interpreter: } interpreter=${interpreter%]*} ;;
            *'(NEEDED)'*) needed+=("${line##*[}") needed[-1]=${needed[-1]%]*} dynamic=yes ;;
            'Dynamic section at'*) dynamic=yes ;;
        esac
    done < <(readelf --program-headers --dynamic --wide "$1" 2>/dev/null)
    [[ -n $dynamic ]]
}

# Sets `library_directory` to the directory that holds a library: this package's own first, then those of its dependencies.
declare -A own_libraries
find_library() {
    local store_path
    library_directory=${own_libraries[$1]-}
    [[ -z $library_directory ]] || return 0
    for store_path in "${reachable[@]}"; do
        if [[ -e $store_path/lib/$1 ]]; then
            library_directory=$store_path/lib
            return 0
        fi
    done
    return 1
}

link_elf() {
    local file=$1 name directories=() loader
    read_elf "$file" || return 0
    for name in "${needed[@]}"; do
        if ! find_library "$name"; then
            echo "$file needs $name, which none of its dependencies has" >&2
            exit 1
        fi
        [[ " ${directories[*]} " == *" $library_directory "* ]] || directories+=("$library_directory")
    done
    local arguments=()
    if [[ -n $interpreter ]]; then
        loader=${interpreter##*/}
        find_library "$loader" || { echo "$file asks for the loader $loader, which none of its dependencies has" >&2; exit 1; }
        arguments+=(--set-interpreter "$library_directory/$loader")
    fi
    if ((${#directories[@]})); then
        arguments+=(--set-rpath "$(IFS=:; printf '%s' "${directories[*]}")")
    else
        arguments+=(--remove-rpath)
    fi
    patchelf "${arguments[@]}" "$file"
}

# Sets `program` to the place of an interpreter's name in this package, the shell or the dependencies.
find_program() {
    local store_path
    for store_path in "${all_outputs[@]}" $shell "${reachable[@]}"; do
        if [[ -x $store_path/bin/$1 ]]; then
            program=$store_path/bin/$1
            return 0
        fi
    done
    return 1
}

# Directories of Perl modules in this package and its dependencies.
perl_modules() {
    local store_path directory
    for store_path in "${all_outputs[@]}" "${reachable[@]}"; do
        for directory in "$store_path"/share/perl5 "$store_path"/lib/perl5/5*; do
            [[ ! -d $directory ]] || printf '%s ' "$directory"
        done
    done
}

link_script() {
    local file=$1 line command arguments modules
    IFS= read -r line <"$file" || true
    line=${line#'#!'} line=${line#"${line%%[! ]*}"}
    command=${line%% *} arguments=${line#"$command"}
    if [[ $command == */env ]]; then
        line=${arguments# } command=${line%% *} arguments=${line#"$command"}
    fi
    find_program "${command##*/}" || return 0
    modules=''
    [[ $program != */perl ]] || modules=$(perl_modules)
    {
        printf '#!%s%s\n' "$program" "$arguments"
        [[ -z $modules ]] || printf 'use lib qw(%s);\n' "${modules% }"
        tail -n +2 "$file"
    } >"$TMPDIR/script"
    cat "$TMPDIR/script" >"$file"
}

link_files() {
    local root=$1 file magic
    while IFS= read -r -d '' file; do
        magic=''
        IFS= read -r -d '' -N 4 magic <"$file" || true
        case $magic in
            $'\x7fELF') link_elf "$file" ;;
            '#!'*) [[ ! -x $file ]] || link_script "$file" ;;
        esac
    done < <(find "$root" -type f -print0 | sort -z)
}

# Python modules find those of their dependencies through a .pth file beside them.
link_python_modules() {
    local root=$1 store_path search_path=''
    [[ -d $root/lib/python3/dist-packages && ! -x $root/bin/python3 ]] || return 0
    for store_path in "${reachable[@]}"; do
        if [[ -d $store_path/lib/python3/dist-packages && ! -x $store_path/bin/python3 ]]; then
            search_path+=$store_path/lib/python3/dist-packages$'\n'
        fi
    done
    [[ -z $search_path ]] || printf '%s' "$search_path" >"$root/lib/python3/dist-packages/$package.pth"
}

all_outputs=()
for output in "${output_names[@]}"; do
    all_outputs+=("${!output}")
done

for output in "${output_names[@]}"; do
    unpack "$output" "${!output}"
    list_links "${!output}" >"$TMPDIR/links-$output"
    flatten "${!output}"
done
for output in "${output_names[@]}"; do
    relink "${!output}" "$TMPDIR/links-$output"
done

while IFS= read -r -d '' library; do
    [[ -n ${own_libraries[${library##*/}]-} ]] || own_libraries[${library##*/}]=${library%/*}
done < <(find "${all_outputs[@]}" -name '*.so*' -printf '%d\t%p\0' | sort -z -n | cut -z -f2)

# shellcheck source=hooks.sh
source "$hooks"
if [[ $(type -t "before_$package") == function ]]; then
    "before_$package"
fi
for output in "${output_names[@]}"; do
    # The C library finds its own parts, and its loader must not be touched.
    [[ $package == glibc ]] || link_files "${!output}"
    link_python_modules "${!output}"
done
if [[ $(type -t "after_$package") == function ]]; then
    "after_$package"
fi

# What Debian says a package needs is part of its closure even where no file names it (plugins, programs found by name).
if ((${#direct[@]})); then
    mkdir -p "${all_outputs[0]}/nix-support"
    printf '%s\n' "${direct[@]}" >"${all_outputs[0]}/nix-support/debian-dependencies"
fi
