extension Duration {
    /// Rounded up: Nix counts its limits in whole seconds, and zero would mean none.
    var wholeSeconds: Int {
        let (seconds, attoseconds) = components
        return Int(clamping: seconds) + (attoseconds > 0 ? 1 : 0)
    }
}
