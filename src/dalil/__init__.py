"""dalil (دليل, evidence): footage and reports of attacks on civilians, as incident records that anyone can check."""

__version__ = "0.1.0"
