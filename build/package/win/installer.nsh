; `mogoly` on the PATH of this user, and nothing left behind: changes of the ledger, PATH and start at login undone.

!macro customInstall
  nsExec::Exec `powershell -NoProfile -NonInteractive -Command "$$folder = '$INSTDIR\resources\bin'; $$path = [Environment]::GetEnvironmentVariable('Path', 'User'); if (($$path -split ';') -notcontains $$folder) { [Environment]::SetEnvironmentVariable('Path', (@($$path -split ';' | Where-Object { $$_ }) + $$folder) -join ';', 'User') }"`
  Pop $0
!macroend

!macro customUnInstall
  ${ifNot} ${isUpdated}
    nsExec::Exec `"$INSTDIR\resources\bin\mogoly.cmd" uninstall`
    Pop $0
    nsExec::Exec `powershell -NoProfile -NonInteractive -Command "$$folder = '$INSTDIR\resources\bin'; $$path = [Environment]::GetEnvironmentVariable('Path', 'User'); [Environment]::SetEnvironmentVariable('Path', (@($$path -split ';' | Where-Object { $$_ -and $$_ -ne $$folder }) -join ';'), 'User')"`
    Pop $0
    DeleteRegValue HKCU "Software\Microsoft\Windows\CurrentVersion\Run" "Mogoly"
  ${endIf}
!macroend
