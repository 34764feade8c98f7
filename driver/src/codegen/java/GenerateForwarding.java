/** Writes the forwarding interfaces. */
public final class GenerateForwarding {
    public static void main(String[] args) {}
}
