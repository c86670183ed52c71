@echo off
rem The command `mogoly` of the installed app: the CLI by a Node that is there, else by the app itself, without a window.
setlocal
set "resources=%~dp0.."
if "%~1"=="" start "" "%resources%\..\Mogoly.exe" & exit /b 0
node -e "const [a, b] = process.versions.node.split('.'); process.exit(a > 20 || (a == 20 && b >= 11) ? 0 : 1)" >nul 2>nul
if %errorlevel%==0 (
  node "%resources%\cli\dist\cli.js" %*
) else (
  "%resources%\..\Mogoly.exe" --log-level=3 --mogoly-cli -- %*
)
exit /b %errorlevel%
