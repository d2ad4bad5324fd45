//go:build !kerberos

package hs2

// kerberosBuilt says whether SASL has GSSAPI, which asks for libgssapi_krb5.
const kerberosBuilt = false
