enum ContainerdScript {
    /// Makes an image of one layer of `$0/layer`, lets a containerd of its own unpack it, and moves what came out to `$0/out`.
    ///
    /// Needs root, as containerd does. Nothing of the machine's own containerd is touched.
    static let unpack = """
        home=$(mktemp -d)
        pid=
        # What was written by a containerd that did not start is the reason why this fails.
        trap '[[ -z $pid ]] || { kill $pid && wait $pid || true; }; [[ -d $0/out ]] || tail -3 "$home/log"; rm -rf "$home"' EXIT
        set -e
        python3 -c "$(cat <<'PYTHON'
        \(image)
        PYTHON
        )" "$0" "$home"
        cat >"$home/settings" <<TOML
        version = 2
        disabled_plugins = ["io.containerd.grpc.v1.cri"]
        [grpc]
        address = "$home/socket"
        [plugins."io.containerd.internal.v1.opt"]
        path = "$home/opt"
        TOML
        containerd --config "$home/settings" --root "$home/root" --state "$home/state" >"$home/log" 2>&1 &
        pid=$!
        # Waits for the socket, but not until it takes connections.
        until ctr -a "$home/socket" --connect-timeout 60s version >/dev/null 2>&1; do kill -0 $pid; done
        ctr -a "$home/socket" images import --snapshotter native "$home/image.tar"
        mv "$home"/root/io.containerd.snapshotter.v1.native/snapshots/1 "$0/out"
        """

    /// Writes an OCI image (image-layout.md) of one layer.
    private static let image = """
        import hashlib, json, os, platform, subprocess, sys, tarfile
        store, home = sys.argv[1:]
        os.makedirs(home + "/image/blobs/sha256")
        def blob(data, kind, **more):
            digest = hashlib.sha256(data).hexdigest()
            open(f"{home}/image/blobs/sha256/{digest}", "wb").write(data)
            kind = "application/vnd.oci.image." + kind
            return {"mediaType": kind, "digest": "sha256:" + digest, "size": len(data), **more}
        layer = open(store + "/layer", "rb").read()
        codec = "gzip" if layer[:2] == b"\\x1f\\x8b" else "zstd"
        plain = subprocess.run([codec, "-dc"], input=layer, stdout=subprocess.PIPE, check=True).stdout
        machine = {"x86_64": "amd64", "aarch64": "arm64"}[platform.machine()]
        rootfs = {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(plain).hexdigest()]}
        config = {"architecture": machine, "os": "linux", "config": {}, "rootfs": rootfs}
        manifest = {"schemaVersion": 2, "config": blob(json.dumps(config).encode(), "config.v1+json"),
                    "layers": [blob(layer, "layer.v1.tar+" + codec)]}
        name = {"org.opencontainers.image.ref.name": "layer"}
        index = {"schemaVersion": 2, "manifests": [blob(json.dumps(manifest).encode(), "manifest.v1+json", annotations=name)]}
        json.dump(index, open(home + "/image/index.json", "w"))
        json.dump({"imageLayoutVersion": "1.0.0"}, open(home + "/image/oci-layout", "w"))
        with tarfile.open(home + "/image.tar", "w") as tar:
            tar.add(home + "/image", arcname="")
        """
}
