package dev.weir.it.web;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/** A response that gets the token just before anything of it is sent, when the handler's transactions have ended. Confined to one request. */
final class TokenResponse extends HttpServletResponseWrapper {
    private final DataSource source;
    private boolean given;

    TokenResponse(HttpServletResponse response, DataSource source) {
        super(response);
        this.source = source;
    }

    /** Gives the token if the response has not, and is still whole. */
    void finish(boolean wanted) throws IOException {
        if (wanted && !isCommitted()) {
            give();
        }
    }

    private void give() throws IOException {
        if (given) {
            return;
        }
        given = true;
        try (Connection connection = source.getConnection()) {
            setHeader(TokenFilter.HEADER, connection.getClientInfo("weir.token"));
        } catch (SQLException e) {
            throw new IOException("The token of what the request has written cannot be learned", e);
        }
    }

    @Override
    public ServletOutputStream getOutputStream() throws IOException {
        give();
        return super.getOutputStream();
    }

    @Override
    public PrintWriter getWriter() throws IOException {
        give();
        return super.getWriter();
    }

    @Override
    public void flushBuffer() throws IOException {
        give();
        super.flushBuffer();
    }

    @Override
    public void sendRedirect(String location) throws IOException {
        give();
        super.sendRedirect(location);
    }
}
