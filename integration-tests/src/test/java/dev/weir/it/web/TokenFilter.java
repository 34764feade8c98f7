package dev.weir.it.web;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLDataException;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Carries the causal token between services in an HTTP header: what a request brings, the service's reads see at least from then on; what
 * a request has written, the response's token tells. For {@code weir.sessionScope=application}, where all connections share the clock.
 * Thread-safe.
 */
public final class TokenFilter extends HttpFilter {
    /** The header's name, in requests and responses. */
    public static final String HEADER = "Weir-Token";

    private static final long serialVersionUID = 1L;

    private final transient DataSource source;

    public TokenFilter(DataSource source) {
        this.source = source;
    }

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        String brought = request.getHeader(HEADER);
        if (brought == null || adopt(brought, response)) {
            TokenResponse answering = new TokenResponse(response, source);
            chain.doFilter(request, isSafe(request) ? response : answering);
            answering.finish(!isSafe(request));
        }
    }

    private static boolean isSafe(HttpServletRequest request) {
        return request.getMethod().equals("GET") || request.getMethod().equals("HEAD");
    }

    /** False if the token is none, or one of another cluster, so that the request has been answered. */
    private boolean adopt(String token, HttpServletResponse response) throws IOException, ServletException {
        try (Connection connection = source.getConnection()) {
            connection.setClientInfo("weir.token", token);
            return true;
        } catch (SQLException e) {
            if (isInvalid(e)) {
                response.sendError(HttpServletResponse.SC_BAD_REQUEST, HEADER + " is not a token of this database");
                return false;
            }
            throw new ServletException("The token cannot be taken over", e);
        }
    }

    private static boolean isInvalid(@Nullable Throwable failure) {
        return failure instanceof SQLDataException || (failure != null && isInvalid(failure.getCause()));
    }
}
