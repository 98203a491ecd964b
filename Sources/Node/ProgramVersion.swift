/// Version of this program, as shown and as told to peers.
public enum ProgramVersion {
    public static let text = "0.1.0"
}
